"""What is sent as it is written: classes derived from a library's, lambdas, dataclasses, closures, generators."""

import dataclasses
import enum
import functools

import ray
from ray import tune
from ray.tune.schedulers import FIFOScheduler


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 10


@dataclasses.dataclass(frozen=True)
class Settings:
    scale: int = 2
    level: Level = Level.LOW
    names: tuple = ("a", "b")


class Collect(tune.Callback):
    def __init__(self, keep):
        self.keep, self.seen = keep, []

    def on_trial_result(self, iteration, trials, trial, result, **info):
        super().on_trial_result(iteration, trials, trial, result, **info)
        if self.keep(result):
            self.seen.append(result["v"])

    @property
    def best(self):
        return max(self.seen)

    def __len__(self):
        return len(self.seen)


class Steps(tune.Trainable):
    def setup(self, config):
        self.settings, self.at = config["settings"], 0

    def step(self):
        self.at += 1
        return {"v": self.at * self.settings.scale * self.settings.level * config_factor(), "done": self.at == 3}

    def save_checkpoint(self, directory):
        return {"at": self.at}

    def load_checkpoint(self, checkpoint):
        self.at = checkpoint["at"]


class After(tune.Stopper):
    def __init__(self, limit):
        self.limit = limit

    def __call__(self, trial_id, result):
        return result["v"] >= self.limit

    def stop_all(self):
        return False


class Patient(FIFOScheduler):
    def choose_trial_to_run(self, tune_controller):
        return super().choose_trial_to_run(tune_controller)


def config_factor(base=1, *, by=1):
    return base * by


def trainable(config, data=None):
    for step in range(3):
        tune.report({"v": config["f"](step) + len(data)})


collect = Collect(lambda result: result["v"] > 3)
tuner = tune.Tuner(
    Steps,
    param_space={"settings": Settings(level=Level.HIGH)},
    run_config=tune.RunConfig(callbacks=[collect], stop=After(1000), verbose=0),
)
grid = tuner.fit()
print(grid[0].metrics["v"], collect.seen, collect.best, len(collect))
print(isinstance(grid[0].config["settings"], Settings), grid[0].config["settings"].level is Level.HIGH)

space = {"f": tune.choice([lambda step: step * 100]), "drawn": tune.sample_from(lambda spec: 7)}
grid = tune.Tuner(
    tune.with_parameters(trainable, data=[1, 2, 3]),
    param_space=space,
    tune_config=tune.TuneConfig(metric="v", mode="max", scheduler=Patient()),
    run_config=tune.RunConfig(stop=lambda trial_id, result: result["v"] > 10_000, verbose=0),
).fit()
print(grid.get_best_result().metrics["v"], grid.get_best_result().config["drawn"])


class Scale:
    def __init__(self, settings, *, plus=0):
        self.settings, self.plus = settings, plus

    def __call__(self, batch):
        return {"v": batch["id"] * self.settings.scale + self.plus}


def numbered(row, *, start=0):
    yield {"v": row["v"] + start}
    if row["v"] > 3:
        yield {"v": -row["v"]}


ds = ray.data.range(4).map_batches(
    Scale, fn_constructor_args=(Settings(),), fn_constructor_kwargs={"plus": 1}, concurrency=1
)
print(sorted(row["v"] for row in ds.flat_map(functools.partial(numbered, start=100)).take_all()))
frame = ds.to_pandas()
print(sorted(frame["v"].tolist()), int(frame["v"].max()), frame[frame["v"] == 3].shape)
things = ray.data.from_items([{"s": Settings(n), "l": Level.LOW} for n in range(2)])
kept = things.filter(lambda row: isinstance(row["s"], Settings) and row["s"].scale).take()
print([row["s"] == Settings(1) for row in kept], kept[0]["l"] is Level.LOW)


@ray.remote
def made():
    def inner(row):
        return {"v": row["id"] + 1}

    return ray.data.range(2).map(inner), inner


back, inner = ray.get(made.remote())
print(back.sum("v"), inner({"id": 4}))


def wrong(row):
    raise KeyError(f"no {row['id']}")


try:
    ray.data.range(1).map(wrong).take()
except Exception as error:  # of which class it is, is what this shows
    print(type(error).__name__, "no 0" in str(error), "in wrong" in str(error))
