"""Datasets, search spaces and callbacks inside values of the program's own, which tasks and actors are given."""

import collections
import dataclasses
import functools

import ray
from ray import data, tune

ray.init()
quiet = functools.partial(tune.RunConfig, verbose=0)


@dataclasses.dataclass
class Experiment:
    ds: data.Dataset
    space: dict
    scores: list = dataclasses.field(default_factory=list)

    def run(self):
        def score(config, total):
            tune.report({"score": total * config["factor"]})

        trainable = tune.with_parameters(score, total=self.ds.sum("v"))
        grid = tune.Tuner(trainable, param_space=self.space, run_config=quiet()).fit()
        self.scores = sorted(result.metrics["score"] for result in grid)
        return self


@ray.remote(num_cpus=0)
def run(experiment):
    return experiment.run().scores, experiment.ds.count()


@ray.remote(num_cpus=0)
def sums(ds):
    for batch in ds.iter_batches(batch_size=2, batch_format="numpy"):
        yield int(batch["v"].sum())


@ray.remote(num_cpus=0)
class Board:
    def __init__(self):
        self.seen, self.kept = collections.Counter(), None

    def note(self, word):
        self.seen[word] += 1

    def keep(self, ds):
        self.kept = ds

    def give(self):
        return {"seen": dict(self.seen), "kept": self.kept}


class Tell(tune.Callback):
    def __init__(self, board):
        self.board, self.trials = board, 0

    def on_trial_complete(self, iteration, trials, trial, **info):
        ray.get(self.board.note.remote(trial.status))
        self.trials = len(trials)


def report(config):
    tune.report({"at": config["at"]})


experiment = Experiment(data.from_items([{"v": number} for number in range(5)]), {"factor": tune.grid_search([1, 2])})
print(experiment.run().scores)
print(ray.get(run.remote(dataclasses.replace(experiment, space={"factor": tune.grid_search([3])}))))
print(sum(ray.get(ref) for ref in sums.remote(experiment.ds)))

board = Board.remote()
tell = Tell(board)
space = {"at": tune.grid_search([1, 2, 3])}
tune.Tuner(report, param_space=space, run_config=quiet(callbacks=[tell])).fit()
ray.get(board.keep.remote(experiment.ds.filter(lambda row: row["v"] > 2)))
given = ray.get(board.give.remote())
print(given["seen"], given["kept"].sum("v"), tell.trials)

parts = [data.range(number + 1) for number in range(3)]
print(functools.reduce(data.Dataset.union, parts).count(), [*map(data.Dataset.count, parts)])
steps = (
    lambda ds: ds.filter(lambda row: row["id"]),
    functools.partial(data.Dataset.map, fn=lambda row: {"v": row["id"] * 2}),
)
print(sorted(row["v"] for row in functools.reduce(lambda ds, step: step(ds), steps, parts[2]).take_all()))
print({part: number for number, part in enumerate(parts)}[parts[1]], parts.index(parts[2]))
