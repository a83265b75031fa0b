"""Checked by mypy, not run (`nox -s types`): the libraries have types, and wrong uses are found.

A line with `type: ignore` is wrong; if mypy did not see it, the comment itself would be an error.
"""

from __future__ import annotations

from typing import Any

from ray_client.job_submission import JobStatus, JobSubmissionClient
from ray_client.rllib.algorithms.ppo import PPOConfig
from ray_client.train.torch import TorchTrainer
from ray_client.tune.schedulers import ASHAScheduler, AsyncHyperBandScheduler
from typing_extensions import assert_type

from ray_client import data, serve, train, tune


def of_data(ds: data.Dataset) -> None:
    assert_type(ds.map(lambda row: row), data.Dataset)
    assert_type(data.range(3).count(), int)
    assert_type(ds.take(2), list[dict[str, Any]])
    assert_type(ds.limit(3).sum("id"), Any | dict[str, Any])
    ds.limit("3")  # type: ignore[arg-type]
    ds.mpa(lambda row: row)  # type: ignore[attr-defined]
    data.rnage(3)  # type: ignore[attr-defined]


class Enough(tune.Stopper):
    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        return True

    def stop_all(self) -> int:  # type: ignore[override]
        return 0


def of_tune() -> None:
    tuner = tune.Tuner(lambda config: None, tune_config=tune.TuneConfig(num_samples=2, scheduler=ASHAScheduler()))
    assert_type(tuner.fit(), tune.ResultGrid)
    assert_type(tuner.fit()[0].metrics, dict[str, Any] | None)
    assert_type(ASHAScheduler(), AsyncHyperBandScheduler)
    tune.TuneConfig(num_sample=2)  # type: ignore[call-arg]
    wrong: tune.TuneConfig = tuner.fit()  # type: ignore[assignment]
    assert wrong


def of_train() -> None:
    assert_type(TorchTrainer(lambda: None).fit(), train.Result)
    assert_type(train.ScalingConfig(num_workers=2).accelerator_type, str | None)
    train.report()  # type: ignore[call-arg]


def of_serve(application: serve.Application) -> None:
    assert_type(serve.status(), serve.schema.ServeStatus)
    assert_type(serve.run(application), serve.handle.DeploymentHandle)
    serve.delete()  # type: ignore[call-arg]


def of_the_rest() -> None:
    assert_type(PPOConfig().environment("CartPole-v1").training(lr=0.1), PPOConfig)
    assert_type(JobSubmissionClient().submit_job(entrypoint="true"), str)
    assert_type(JobStatus.FAILED.is_terminal(), bool)
    JobSubmissionClient().submit_job()  # type: ignore[call-arg]
