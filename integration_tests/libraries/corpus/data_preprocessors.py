"""Preprocessors that are fitted, used and used again."""

import ray
from ray.data.preprocessors import Chain, Concatenator, LabelEncoder, OrdinalEncoder, StandardScaler

ds = ray.data.from_items([{"x": float(at), "kind": "abc"[at % 3]} for at in range(6)])
scaler = StandardScaler(columns=["x"])
scaled = scaler.fit_transform(ds)
print(sorted(round(row["x"], 3) for row in scaled.take_all()))
print({name: round(float(value), 3) for name, value in scaler.stats_.items()})

encoder = LabelEncoder("kind").fit(ds)
print(sorted(row["kind"] for row in encoder.transform(ds).take_all()))
chain = Chain(OrdinalEncoder(columns=["kind"]), Concatenator(columns=["x", "kind"], output_column_name="both"))
print(sorted(row["both"].tolist() for row in chain.fit_transform(ds).take_all()))
try:
    StandardScaler(columns=["x"]).transform(ds)
except Exception as error:
    print(type(error).__name__)
