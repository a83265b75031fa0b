"""Preprocessors before and after they are fitted, in a chain, in tasks, and one of one's own."""

import ray
from ray.data.preprocessor import Preprocessor, PreprocessorNotFittedException
from ray.data.preprocessors import Chain, Concatenator, LabelEncoder, StandardScaler


class FromMean(Preprocessor):
    """Takes the mean away."""

    def __init__(self, column):
        super().__init__()
        self.column = column

    def _fit(self, dataset):
        self.stats_ = {"mean": dataset.mean(self.column)}
        return self

    def _transform_pandas(self, frame):
        frame[self.column] = frame[self.column] - self.stats_["mean"]
        return frame


rows = ray.data.from_items([{"size": float(at), "kind": "xyz"[at]} for at in range(3)])
scaler = StandardScaler(["size"])
print(scaler, scaler.fit_status(), scaler.fit_status() is Preprocessor.FitStatus.NOT_FITTED)
try:
    scaler.transform(rows)
except PreprocessorNotFittedException as error:
    print(type(error).__name__, error)
print(scaler.fit(rows) is scaler, scaler.fit_status().name, scaler.stats_["mean(size)"])
print(ray.get(ray.remote(lambda fitted: fitted.stats_["mean(size)"]).remote(scaler)))
print(sorted(row["kind"] for row in LabelEncoder("kind").fit_transform(rows).take_all()))
chain = Chain(scaler, Concatenator(columns=["size"], output_column_name="all"))
print(chain, sorted(row["all"].tolist()[0] > 0 for row in chain.fit_transform(rows).take_all()))
own = FromMean("size")
print(own.fit(rows).fit_status().name, own.stats_, own.column)
print(sorted(row["size"] for row in own.transform(rows).take_all()))
