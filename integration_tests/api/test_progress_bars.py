"""Bars that tasks move are drawn on the laptop."""

from __future__ import annotations

import pytest
from gateway import Gateway
from printed import Printed

import ray_client as ray
from ray_client.experimental import tqdm_ray

pytest.importorskip("tqdm", reason="tqdm is not installed here")


@ray.remote
def work(name: str, steps: int) -> int:
    bar = tqdm_ray.tqdm(total=steps, desc=name, flush_interval_s=0)
    for _ in range(steps):
        bar.update()
    bar.close()
    print(f"{name} is done")  # noqa: T201
    return steps


def test_a_bar_of_a_task_is_drawn_here(gateway: Gateway) -> None:
    with Printed() as printed:
        with ray.init(gateway.address, direct=False):
            assert ray.get(work.remote("digging", 5)) == 5
            assert printed.has(lambda seen: "digging is done" in seen.out and "5.00/5.00" in seen.err)
        assert "digging: 100%" in printed.err
        assert "pid=" in printed.err
        assert "__ray_tqdm_magic_token__" not in printed.out


def test_a_bar_of_the_program(capfd: pytest.CaptureFixture[str]) -> None:
    assert list(tqdm_ray.tqdm(range(3), desc="here")) == [0, 1, 2]
    tqdm_ray.instance().close()
    assert "here:" in capfd.readouterr().err
