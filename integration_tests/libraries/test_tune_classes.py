"""Trainables that are classes, checkpoints in both directions, restoring and configurations, with a session."""

from __future__ import annotations

import _thread
import copy
import dataclasses
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import ray_client as ray
from ray_client import train, tune
from ray_client_proto import files

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.timeout(240)]


class Steps(tune.Trainable):
    def setup(self, config: dict[str, Any]) -> None:
        self.factor, self.count = config["x"], 0

    def step(self) -> dict[str, Any]:
        self.count += 1
        return {"score": self.factor * self.count}

    def save_checkpoint(self, directory: str) -> None:
        Path(directory, "count").write_text(str(self.count))

    def load_checkpoint(self, directory: str) -> None:
        self.count = int(Path(directory, "count").read_text())


@pytest.fixture
def storage(tmp_path: Path) -> str:
    return str(tmp_path / "storage")


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that the cluster is taken not to have, though it is the same machine here."""
    monkeypatch.setattr(files, "fingerprint", lambda directory: "of another machine")
    directory = tmp_path / "laptop"
    (directory / "inner").mkdir(parents=True)
    (directory / "model").write_text("trained")
    (directory / "inner" / "large").write_bytes(bytes(9 * 1024 * 1024))
    return directory


def run_config(storage: str, **options: Any) -> Any:
    return tune.RunConfig(storage_path=storage, verbose=0, **options)


def test_a_class_is_tuned_and_its_checkpoint_is_brought_here(storage: str, tmp_path: Path) -> None:
    tuner = tune.Tuner(
        Steps,
        param_space={"x": tune.grid_search([1, 2])},
        tune_config=tune.TuneConfig(metric="score", mode="max"),
        run_config=run_config(
            storage,
            stop={"training_iteration": 3},
            checkpoint_config=tune.CheckpointConfig(checkpoint_frequency=1, checkpoint_at_end=True),
        ),
    )
    best = tuner.fit().get_best_result()
    assert best.metrics["score"] == 6
    with best.checkpoint.as_directory() as directory:
        assert Path(directory, "count").read_text() == "3"
        assert not directory.startswith(storage)
    assert not os.path.exists(directory)
    assert best.checkpoint.to_directory(tmp_path / "mine") == str(tmp_path / "mine")
    assert (tmp_path / "mine" / "count").read_text() == "3"


def test_a_directory_of_the_laptop_is_a_checkpoint_in_tasks_and_trials(laptop: Path, storage: str) -> None:
    """X9"""

    @ray.remote
    def read(checkpoint: Any) -> tuple[str, int]:
        with checkpoint.as_directory() as directory:
            return Path(directory, "model").read_text(), Path(directory, "inner", "large").stat().st_size

    def trial(config: dict[str, Any]) -> None:
        with config["from"].as_directory() as directory:
            tune.report({"model": Path(directory, "model").read_text()})

    checkpoint = train.Checkpoint.from_directory(laptop)
    assert isinstance(checkpoint, train.Checkpoint)
    assert checkpoint.path != str(laptop)
    assert ray.get(read.remote(checkpoint)) == ("trained", 9 * 1024 * 1024)
    [result] = tune.Tuner(trial, param_space={"from": tune.Checkpoint(laptop)}, run_config=run_config(storage)).fit()
    assert result.metrics["model"] == "trained"


def test_a_directory_that_the_cluster_sees_is_not_copied(tmp_path: Path) -> None:
    """X9"""
    (tmp_path / "model").write_text("trained")
    assert train.Checkpoint.from_directory(tmp_path).path == str(tmp_path)
    assert train.Checkpoint("/of/the/cluster").path == "/of/the/cluster"


def test_a_run_is_restored(storage: str, tmp_path: Path) -> None:
    flag = tmp_path / "flag"

    def steps(config: dict[str, Any]) -> None:
        import tempfile

        start = 0
        if (checkpoint := tune.get_checkpoint()) is not None:
            with checkpoint.as_directory() as directory:
                start = int(Path(directory, "step").read_text()) + 1
        for step in range(start, 3):
            with tempfile.TemporaryDirectory() as directory:
                Path(directory, "step").write_text(str(step))
                tune.report({"step": step, "from": start}, checkpoint=tune.Checkpoint.from_directory(directory))
            if not flag.exists():
                flag.touch()
                raise ValueError("a bad day")

    [failed] = tune.Tuner(steps, run_config=run_config(storage, name="run")).fit()
    assert "a bad day" in str(failed.error)
    path = os.path.join(storage, "run")
    assert tune.Tuner.can_restore(path)
    [result] = tune.Tuner.restore(path, trainable=steps, resume_errored=True).fit()
    assert result.error is None
    assert (result.metrics["step"], result.metrics["from"]) == (2, 1)


def test_ctrl_c_twice_ends_a_run_at_once_and_leaves_handlers_as_they_were(
    context: ray.ClientContext, storage: str
) -> None:
    """X4"""

    class Lasting(tune.Callback):
        def on_experiment_end(self, trials: Any, **info: Any) -> None:
            time.sleep(100)

    def forever(config: dict[str, Any]) -> None:
        while True:
            tune.report({"score": 1})
            time.sleep(0.05)

    def press() -> None:
        while not any(path.stat().st_size for path in Path(storage).glob("*/*/result.json")):
            time.sleep(0.05)
        _thread.interrupt_main()
        time.sleep(1)
        _thread.interrupt_main()

    def handler() -> str:
        return repr(signal.getsignal(signal.SIGINT))

    before = context.run(handler), handler()
    began = time.monotonic()
    thread = threading.Thread(target=press, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        tune.Tuner(forever, run_config=run_config(storage, callbacks=[Lasting()])).fit()
    assert time.monotonic() - began < 100
    thread.join()
    assert (context.run(handler), handler()) == before


def test_configurations_are_dataclasses_of_the_driver() -> None:
    config = train.RunConfig(name="a", failure_config=train.FailureConfig(max_failures=2))
    assert dataclasses.asdict(config)["failure_config"]["max_failures"] == 2
    other = dataclasses.replace(config, name="b")
    assert (config.name, other.name, other.failure_config == config.failure_config) == ("a", "b", True)
    assert copy.deepcopy(config) == config and config != other
    assert repr(train.FailureConfig(2)).startswith("FailureConfig(max_failures=2, ")
    assert vars(train.FailureConfig(2))["max_failures"] == 2
    assert train.RunConfig().name.startswith("ray_train_run")


def test_special_methods_of_the_users_act_on_the_object_in_the_driver() -> None:
    class Seen(tune.Stopper):
        def __init__(self) -> None:
            self.results: dict[str, int] = {}

        def __call__(self, trial_id: str, result: int) -> bool:
            self.results[trial_id] = result
            return False

        def __getitem__(self, trial_id: str) -> int:
            return self.results[trial_id]

        def __len__(self) -> int:
            return len(self.results)

        def __repr__(self) -> str:
            return f"Seen({len(self)})"

        def __enter__(self) -> Any:
            return self

        def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
            self.results[kind.__name__] = 0
            return True

    seen = Seen()
    seen("a", 1)
    assert (seen["a"], len(seen), repr(seen), isinstance(seen, Seen)) == (1, 1, "Seen(1)", True)
    with seen:
        raise LookupError
    assert seen.results == {"a": 1, "LookupError": 0}


def test_variables_of_the_laptop_are_those_of_the_libraries(
    context: ray.ClientContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X10"""
    monkeypatch.setenv("TUNE_MAX_LEN_IDENTIFIER", "7")
    assert context.run(os.getenv, "TUNE_MAX_LEN_IDENTIFIER") == "7"
    monkeypatch.delenv("TUNE_MAX_LEN_IDENTIFIER")
    assert context.run(os.getenv, "TUNE_MAX_LEN_IDENTIFIER") is None
