"""Ray Tune from an environment without ray."""

from __future__ import annotations

import _thread
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ray_client.tune.schedulers import ASHAScheduler

import ray_client as ray
from ray_client import tune

pytestmark = pytest.mark.usefixtures("context")


def train(config: dict[str, Any]) -> None:
    for step in range(3):
        tune.report({"score": config["x"] * 10 + step})


class Count(tune.Callback):
    def __init__(self) -> None:
        self.results = 0

    def on_trial_result(self, iteration: int, trials: Any, trial: Any, result: Any, **info: Any) -> None:
        self.results += 1


class Enough(tune.Stopper):
    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        return bool(result["training_iteration"] >= 2)

    def stop_all(self) -> bool:
        return False


@pytest.fixture
def storage(tmp_path: Path) -> str:
    return str(tmp_path)


def run_config(storage: str, **options: Any) -> Any:
    return tune.RunConfig(storage_path=storage, verbose=0, **options)


def test_a_function_is_tuned_and_its_results_are_read(storage: str) -> None:
    tuner = tune.Tuner(
        train,
        param_space={"x": tune.grid_search([1, 2, 3])},
        tune_config=tune.TuneConfig(metric="score", mode="max"),
        run_config=run_config(storage),
    )
    grid = tuner.fit()
    assert isinstance(grid, tune.ResultGrid)
    assert len(grid) == 3
    assert grid.get_best_result().config == {"x": 3}
    assert sorted(result.metrics["score"] for result in grid) == [12, 22, 32]
    assert grid.num_errors == 0


def test_what_a_callback_counted_can_be_read_and_a_stopper_stops(storage: str) -> None:
    count = Count()
    assert isinstance(count, Count)
    tuner = tune.Tuner(train, param_space={"x": 1}, run_config=run_config(storage, callbacks=[count], stop=Enough()))
    [result] = tuner.fit()
    assert result.metrics["training_iteration"] == 2
    assert count.results == 2


def test_a_search_space_has_lambdas_and_a_scheduler(storage: str) -> None:
    tuner = tune.Tuner(
        train,
        param_space={"x": tune.sample_from(lambda spec: 7)},
        tune_config=tune.TuneConfig(metric="score", mode="max", num_samples=2, scheduler=ASHAScheduler()),
        run_config=run_config(storage),
    )
    assert [result.config["x"] for result in tuner.fit()] == [7, 7]


def test_a_trial_that_fails_is_an_error_of_its_result(storage: str) -> None:
    def fail(config: dict[str, Any]) -> None:
        raise ValueError("a bad trial")

    [result] = tune.Tuner(fail, run_config=run_config(storage)).fit()
    assert "a bad trial" in str(result.error)


def test_ctrl_c_ends_a_run_in_good_order(context: ray.ClientContext, storage: str) -> None:
    """X4"""

    def forever(config: dict[str, Any]) -> None:
        import time

        while True:
            tune.report({"score": 1})
            time.sleep(0.05)

    def has_results() -> bool:
        return any(path.stat().st_size for path in Path(storage).glob("*/*/result.json"))

    def press() -> None:
        while not has_results():
            time.sleep(0.05)
        _thread.interrupt_main()

    thread = threading.Thread(target=press, daemon=True)
    thread.start()
    grid = tune.Tuner(forever, run_config=run_config(storage)).fit()
    thread.join()
    assert grid[0].metrics["score"] == 1
    assert context.run(len, "abc") == 3
