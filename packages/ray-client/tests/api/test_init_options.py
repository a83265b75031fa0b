"""What the options of `init` mean before anything is connected."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import ray_client
from ray_client.api import init_options
from ray_client.api.job_config import JobConfig
from ray_client.api.logging_config import LoggingConfig
from ray_client.errors import AddressError, NotConnectedError


def test_none_and_ray_s_own_values_are_not_given() -> None:
    options = {"num_cpus": None, "dashboard_host": "127.0.0.1", "configure_logging": False, "_system_config": {}}
    assert init_options.given(options) == {}
    assert init_options.given({"num_gpus": 0, "dashboard_host": "0.0.0.0"}) == {
        "num_gpus": 0,
        "dashboard_host": "0.0.0.0",
    }


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"nmu_cpus": 1, "b": 2}, RuntimeError, "b, nmu_cpus"),
        ({"local_mode": True}, RuntimeError, "local_mode"),
        ({"job_config": {"metadata": {}}}, TypeError, "JobConfig"),
        ({"_system_config": [1]}, TypeError, "dict"),
    ],
    ids=str,
)
def test_options_that_make_no_sense(options: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        init_options.given(options)


def test_what_describes_a_cluster_is_refused_where_one_is_joined(caplog: pytest.LogCaptureFixture) -> None:
    options = {"num_cpus": 2, "resources": {"x": 1}, "_temp_dir": "/t"}
    with pytest.raises(ValueError, match=r"num_cpus and resources must not be provided: ray://a has"):
        init_options.check_joining(options, "ray://a", is_lenient=False)
    with pytest.raises(ValueError, match="_node_name cannot be configured"):
        init_options.check_joining({"_node_name": "n"}, "ray://a", is_lenient=False)
    assert caplog.records == []


def test_where_a_program_is_run_on_another_cluster_one_line_says_so(caplog: pytest.LogCaptureFixture) -> None:
    init_options.check_joining({"num_cpus": 2, "resources": {"x": 1}}, "ray://a", is_lenient=True)
    [line] = [record.getMessage() for record in caplog.records]
    assert "num_cpus=2, resources={'x': 1}" in line and "RAY_CLIENT_STRICT_INIT" in line


def test_what_is_of_no_use_is_one_line_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="ray_client"):
        init_options.check_joining({"_temp_dir": "/t", "_redis_password": "hush"}, "ray://a", is_lenient=False)
    [line] = [record.getMessage() for record in caplog.records]
    assert "_temp_dir='/t'" in line and "hush" not in line


@pytest.mark.parametrize("how", ["as Ray", "lent", "strict"])
def test_a_program_that_says_import_ray_is_lent_the_cluster_of_ray_address(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "ftp://wrong:1")  # what is asked of the options comes first
    if how != "as Ray":
        monkeypatch.setitem(sys.modules, "ray", ray_client)
    if how == "strict":
        monkeypatch.setenv("RAY_CLIENT_STRICT_INIT", "1")
    with pytest.raises(AddressError if how == "lent" else ValueError) as caught:
        ray_client.init(num_cpus=8)
    assert isinstance(caught.value, AddressError) == (how == "lent")
    assert ("num_cpus=8" in caplog.text) == (how == "lent")
    if how == "lent":
        assert "that RAY_ADDRESS names" in str(caught.value)
        with pytest.raises(ValueError, match="must not be provided"):
            ray_client.init("auto", num_cpus=8)  # a program that means a running cluster


def test_levels_by_name() -> None:
    assert [init_options.level_number(level) for level in ("error", "INFO", 10)] == [40, 20, 10]
    with pytest.raises(ValueError, match="LOUD"):
        init_options.level_number("LOUD")
    with pytest.raises(TypeError):
        init_options.level_number(None)  # type: ignore[arg-type]


def test_what_init_is_given_comes_before_the_job_config() -> None:
    config = JobConfig(metadata={"a": "1", "b": "2"}, ray_namespace="its", code_search_path=["/c"])
    config.set_runtime_env({"env_vars": {"X": "its"}})
    config.set_py_logging_config(LoggingConfig(log_level="DEBUG"))
    settings, logs = init_options.job_settings({"job_config": config}, {"job_metadata": {"b": "mine"}})
    assert settings["namespace"] == "its" and settings["runtime_env"] == {"env_vars": {"X": "its"}}
    assert settings["job_metadata"] == {"a": "1", "b": "mine"}
    assert settings["job_config"]["arguments"] == {"code_search_path": ["/c"]}
    assert settings["job_config"]["logging_config"]["log_level"] == "DEBUG"
    assert logs is None  # of the workers alone
    settings, logs = init_options.job_settings(
        {"job_config": config, "logging_config": {"encoding": "JSON"}},
        {"namespace": "mine", "runtime_env": {"pip": []}},
    )
    assert (settings["namespace"], settings["runtime_env"]) == ("mine", {"pip": []})
    assert logs == LoggingConfig(encoding="JSON")


@pytest.mark.parametrize(
    ("options", "own", "error"),
    [
        ({}, {"namespace": ""}, ValueError),
        ({"job_config": JobConfig(ray_namespace="")}, {}, ValueError),
        ({}, {"namespace": 3}, TypeError),
        ({"job_config": JobConfig(metadata={"a": 1})}, {}, TypeError),  # type: ignore[dict-item]
        ({"logging_config": "JSON"}, {}, TypeError),
    ],
    ids=str,
)
def test_a_job_that_makes_no_sense(options: dict[str, Any], own: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        init_options.job_settings(options, own)


def test_the_settings_of_a_job_that_says_nothing_are_empty() -> None:
    assert init_options.job_settings({}, {})[0]["job_config"] == {}


@pytest.mark.parametrize("encoding", ["", "TEXT", "JSON"])
def test_the_environment_says_how_to_log(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.setenv("RAY_LOGGING_CONFIG_ENCODING", encoding)
    config = JobConfig()
    config.set_py_logging_config(LoggingConfig(log_level="DEBUG"))
    settings, logs = init_options.job_settings({"job_config": config}, {})
    assert logs == (LoggingConfig(encoding=encoding) if encoding else None)
    # Ray too takes it before the job's; what is not set is not said, since an older Ray might not know it.
    of_workers = {"encoding": encoding or "TEXT", "log_level": "INFO" if encoding else "DEBUG"}
    assert settings["job_config"]["logging_config"] == of_workers
    given = LoggingConfig(log_level="ERROR")
    assert init_options.job_settings({"logging_config": given}, {})[1] == given


def test_an_encoding_of_the_environment_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_LOGGING_CONFIG_ENCODING", "XML")
    with pytest.raises(ValueError, match="Invalid encoding type: XML"):
        ray_client.init("ray://localhost:1")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, ""),
        ({"logging_format": None}, ""),
        ({"logging_format": ""}, ""),
        ({"logging_format": "%(message)s"}, "%(message)s"),
        ({"logging_format": "%(message)s", "configure_logging": True}, "%(message)s"),
        ({"logging_format": "%(message)s", "configure_logging": False}, ""),
    ],
    ids=str,
)
def test_how_records_are_shown(options: dict[str, Any], found: str) -> None:
    assert init_options.record_format(options) == found


def test_a_form_of_records_that_is_none() -> None:
    with pytest.raises(ValueError, match="nothing"):
        ray_client.init("ray://localhost:1", logging_format="nothing")


@pytest.fixture
def restored() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "ray", "ray_client", "ray_client.driver")]
    before = [(logger, logger.level, logger.handlers[:], logger.propagate) for logger in loggers]
    yield
    for logger, level, handlers, propagates in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers
        logger.propagate = propagates


def test_records_as_json(restored: None, capsys: pytest.CaptureFixture[str]) -> None:
    LoggingConfig(encoding="JSON", additional_log_standard_attrs=["name"])._apply()
    logging.getLogger("mine").info("said %d", 1, extra={"key": "value"})
    logging.getLogger("mine").debug("not said")
    [line] = capsys.readouterr().err.splitlines()
    found = json.loads(line)
    assert (found["message"], found["levelname"], found["name"], found["key"]) == ("said 1", "INFO", "mine", "value")
    assert {"asctime", "filename", "lineno", "timestamp_ns"} <= found.keys()


def test_a_second_configuration_replaces_the_first(restored: None, capsys: pytest.CaptureFixture[str]) -> None:
    LoggingConfig(encoding="JSON")._apply()
    LoggingConfig(log_level="WARNING")._apply()
    logging.getLogger("mine").warning("said", extra={"key": "value"})
    logging.getLogger("ray_client").warning("ours")
    first, second = capsys.readouterr().err.splitlines()
    assert "WARNING test_init_options.py" in first and " -- said key=value timestamp_ns=" in first
    assert " -- ours timestamp_ns=" in second


def test_ray_client_is_init_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    builder = ray_client.client("ftp://wrong:1").namespace("n").env({"env_vars": {}})
    with pytest.warns(DeprecationWarning, match="ray.init"), pytest.raises(AddressError):
        builder.connect()
    with pytest.warns(DeprecationWarning), pytest.raises(ValueError, match="not a valid namespace"):
        ray_client.client("ray://a").namespace("").connect()


def test_the_first_call_opens_nothing_where_ray_s_variable_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "ftp://wrong:1")
    with pytest.raises(AddressError):
        ray_client.put(1)
    monkeypatch.setenv("RAY_ENABLE_AUTO_CONNECT", "0")
    with pytest.raises(NotConnectedError):
        ray_client.put(1)
