"""Progress bars of `ray.experimental.tqdm_ray`, as far as they can be seen from the program."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.api import ray
from conformance.marks import since_ray

pytest.importorskip("tqdm", reason="tqdm is not installed here")

if ray.__name__ == "ray":
    from ray.experimental import tqdm_ray
else:
    from ray_client.experimental import tqdm_ray


def test_a_task_counts_with_a_bar() -> None:
    @ray.remote
    def count(steps: int) -> list[int]:
        return list(tqdm_ray.tqdm(range(steps), desc="counting"))

    assert ray.get(count.remote(3)) == [0, 1, 2]


@since_ray("2.55.1", "the place `n` of a progress bar", client_has_it=True)
def test_a_bar_has_a_total_and_a_place() -> None:
    bar = tqdm_ray.tqdm([1, 2, 3])
    bar.update(2)
    assert (bar.total, bar.n) == (3, 2)
    bar.total = 10
    bar.set_description("more")
    bar.refresh()
    bar.close()
    assert bar.total == 10


def test_a_bar_without_anything_to_go_over() -> None:
    with pytest.raises(ValueError, match="No iterable provided"):
        list(tqdm_ray.tqdm(total=3))


def test_an_iterator_has_no_total() -> None:
    assert tqdm_ray.tqdm(iter([1])).total is None


def test_printing_beside_bars(capsys: pytest.CaptureFixture[str]) -> None:
    tqdm_ray.safe_print("hello")
    assert capsys.readouterr().out == "hello\n"


@since_ray("2.55.1", "the place `n` of a progress bar")
def test_an_actor_moves_a_bar() -> None:
    @ray.remote
    class Worker:
        def __init__(self) -> None:
            self.bar: Any = tqdm_ray.tqdm(desc="acting", total=2)

        def step(self) -> int:
            self.bar.update(1)
            return self.bar.n

    worker = Worker.remote()
    assert ray.get([worker.step.remote(), worker.step.remote()]) == [1, 2]
