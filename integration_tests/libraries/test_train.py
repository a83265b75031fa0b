"""Ray Train from an environment without ray."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from ray_client.train.v2.api.data_parallel_trainer import DataParallelTrainer

from ray_client import data, train

pytestmark = pytest.mark.usefixtures("context")


def test_workers_read_their_shards_and_report(tmp_path: Path) -> None:
    def work(config: dict[str, Any]) -> None:
        rows = sum(1 for _ in train.get_dataset_shard("train").iter_rows())
        with tempfile.TemporaryDirectory() as directory:
            Path(directory, "model").write_text("trained")
            metrics = {"rows": rows, "workers": train.get_context().get_world_size()}
            train.report(metrics, checkpoint=train.Checkpoint.from_directory(directory))

    trainer = DataParallelTrainer(
        work,
        train_loop_config={},
        scaling_config=train.ScalingConfig(num_workers=1),
        run_config=train.RunConfig(storage_path=str(tmp_path), name="run"),
        datasets={"train": data.range(8)},
    )
    result = trainer.fit()
    assert isinstance(result, train.Result)
    assert result.metrics == {"rows": 8, "workers": 1}
    assert Path(result.checkpoint.to_directory(tmp_path / "here"), "model").read_text() == "trained"
    [(best, metrics)] = result.best_checkpoints
    with best.as_directory() as directory:
        assert (os.listdir(directory), metrics["rows"]) == (["model"], 8)


def test_a_worker_that_fails_ends_the_run_with_the_error_of_its_class(tmp_path: Path) -> None:
    def work() -> None:
        raise ValueError("a bad worker")

    trainer = DataParallelTrainer(
        work,
        scaling_config=train.ScalingConfig(num_workers=1),
        run_config=train.RunConfig(storage_path=str(tmp_path), name="run"),
    )
    with pytest.raises(Exception, match="a bad worker") as caught:
        trainer.fit()
    assert isinstance(caught.value, train.TrainingFailedError)
    assert isinstance(caught.value.worker_failures[0], ValueError)
