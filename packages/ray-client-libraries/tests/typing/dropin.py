"""The same for a program that says `import ray`, where this package is what Ray is."""

from __future__ import annotations

import ray
import ray.data as rd
from ray import tune
from ray.train.torch import TorchTrainer
from ray.util.queue import Queue
from typing_extensions import assert_type


@ray.remote
def show(number: int) -> str:
    return str(number)


def program() -> None:
    assert_type(ray.get(show.remote(1)), str)
    assert_type(ray.data.range(3), rd.Dataset)
    assert_type(tune.Tuner(lambda config: None).fit(), tune.ResultGrid)
    TorchTrainer()  # type: ignore[call-arg]
    ray.data.rnage(3)  # type: ignore[attr-defined]
    Queue().putt(1)  # type: ignore[attr-defined]
