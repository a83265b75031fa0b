"""Data is prepared, a model of it is tuned, and the best is served."""

import tempfile

import ray
from ray import serve, tune

points = ray.data.from_items([{"x": float(x), "y": 2.0 * x + 1} for x in range(10)])
train, test = points.train_test_split(0.2)


def error_of(slope, rows):
    return sum((slope * row["x"] + 1 - row["y"]) ** 2 for row in rows)


def fit(config, rows=None):
    tune.report({"error": error_of(config["slope"], rows.take_all())})


with tempfile.TemporaryDirectory() as place:
    best = (
        tune.Tuner(
            tune.with_parameters(fit, rows=train),
            param_space={"slope": tune.grid_search([1.0, 2.0, 3.0])},
            tune_config=tune.TuneConfig(metric="error", mode="min"),
            run_config=tune.RunConfig(storage_path=place, verbose=0),
        )
        .fit()
        .get_best_result()
    )
slope = best.config["slope"]
print(slope, best.metrics["error"])


@serve.deployment
class Line:
    def __init__(self, slope):
        self.slope = slope

    def __call__(self, x):
        return self.slope * x + 1


serve.start(proxy_location="Disabled")
handle = serve.run(Line.bind(slope), name="line", route_prefix=None)
predicted = [handle.remote(row["x"]).result() for row in test.take_all()]
print(predicted == [row["y"] for row in test.take_all()])
serve.shutdown()
