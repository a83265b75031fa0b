"""Dataclasses of the libraries, enums and classes of the user's, without a session."""

from __future__ import annotations

import copy
import dataclasses
import enum
import pprint
from typing import Any

import pytest

from ray_client import serve, train, tune
from ray_client.errors import NotConnectedError


def test_configurations_are_dataclasses() -> None:
    config = tune.TuneConfig(num_samples=3, metric="score")
    assert dataclasses.is_dataclass(tune.TuneConfig)
    assert [field.name for field in dataclasses.fields(config)][:2] == ["mode", "metric"]
    assert dataclasses.asdict(config)["num_samples"] == 3
    assert dataclasses.replace(config, num_samples=5).num_samples == 5
    assert config.num_samples == 3
    assert tune.TuneConfig.num_samples == 1 and tune.TuneConfig().num_samples == 1


def test_fields_are_taken_by_position_and_by_pattern() -> None:
    match train.FailureConfig(2):
        case train.FailureConfig(max_failures=2):
            pass
        case _:
            raise AssertionError
    assert train.FailureConfig.__match_args__[0] == "max_failures"


def test_configurations_are_equal_by_their_fields_and_show_them() -> None:
    assert train.FailureConfig(2) == train.FailureConfig(max_failures=2)
    assert train.FailureConfig(2) != train.FailureConfig(3)
    assert train.RunConfig(name="a") == train.RunConfig(name="a")  # also in what is computed
    assert train.RunConfig(name="a") != train.RunConfig()
    assert repr(train.FailureConfig(2)).startswith("FailureConfig(max_failures=2, ")
    assert "max_failures=2" in pprint.pformat(train.FailureConfig(2))
    with pytest.raises(TypeError, match="unhashable"):
        hash(train.FailureConfig(2))


def test_configurations_are_copied_and_changed_before_there_is_a_session() -> None:
    config = train.RunConfig(name="a", failure_config=train.FailureConfig(2))
    one, deep = copy.copy(config), copy.deepcopy(config)
    config.name = "b"
    assert (config.name, one.name, deep.name) == ("b", "a", "a")
    assert one.failure_config is config.failure_config
    assert deep.failure_config is not config.failure_config and deep.failure_config == config.failure_config
    assert vars(config.failure_config)["max_failures"] == 2


def test_what_a_class_computes_is_described_and_not_guessed() -> None:
    name = train.RunConfig().name
    assert "described at" in repr(name) and name is not None


def test_an_argument_that_there_is_not_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'nope'"):
        tune.TuneConfig(nope=3)
    with pytest.raises(TypeError, match="positional"):
        train.FailureConfig(*range(20))


def test_a_dataclass_may_derive_from_one() -> None:
    @dataclasses.dataclass
    class Mine(train.RunConfig):  # type: ignore[misc]  # a name of the cluster's
        extra: int = 3

    mine = Mine(name="a", extra=5)
    assert (mine.name, mine.extra, Mine().extra) == ("a", 5, 3)
    assert dataclasses.replace(mine, extra=7).extra == 7
    assert isinstance(mine, train.RunConfig)


def test_what_only_a_driver_knows_of_one_needs_a_session() -> None:
    with pytest.raises(NotConnectedError):
        train.ScalingConfig(num_workers=2).total_resources  # noqa: B018


def test_enums_that_are_texts_compare_with_texts_in_their_order() -> None:
    location = serve.config.ProxyLocation
    assert location.EveryNode == "EveryNode" and isinstance(location.EveryNode, str)
    assert [member.name for member in location] == ["Disabled", "HeadOnly", "EveryNode"]
    verbosity = tune.experimental.output.AirVerbosity
    assert verbosity.DEFAULT > verbosity.SILENT and issubclass(verbosity, enum.IntEnum)


def test_constants_of_classes_are_there() -> None:
    assert tune.experiment.Trial.RUNNING == "RUNNING"


def test_special_methods_of_the_users_stay_as_they_are_on_the_class() -> None:
    class Mine(tune.Stopper):  # type: ignore[misc]  # a name of the cluster's
        def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
            return True

        def __getattr__(self, name: str) -> str:
            return name

        def __del__(self) -> None:
            raise AssertionError("the object lives in the driver")

    assert Mine.__call__(None, "", {}) is True
    mine = Mine()
    assert callable(mine)
    with pytest.raises(NotConnectedError):
        mine("", {})
    del mine
