"""What `init` takes, and refuses, where it joins a cluster that runs."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Head

from conformance.api import IS_NATIVE, ray
from conformance.marks import since_ray

job_config = importlib.import_module(f"{ray.__name__}.job_config")


@pytest.fixture(scope="module", autouse=True)
def session() -> None:
    """Instead of an open session: each test opens its own."""


@pytest.fixture
def address(request: pytest.FixtureRequest, head: Head) -> Iterator[str]:
    yield head.address if IS_NATIVE else request.getfixturevalue("gateway").address
    ray.shutdown()


NOTHING = {
    **dict.fromkeys(("num_cpus", "num_gpus", "resources", "labels", "object_store_memory", "runtime_env", "namespace")),
    **dict.fromkeys(("job_config", "logging_config", "log_to_driver", "dashboard_port", "_system_config", "_temp_dir")),
    "dashboard_host": "127.0.0.1",
    "local_mode": False,
    "_enable_object_reconstruction": False,
}
OF_NO_USE_HERE = {
    "include_dashboard": False,
    "dashboard_host": "0.0.0.0",
    "dashboard_port": 9999,
    "configure_logging": False,
    "logging_format": "%(message)s",
    "logging_level": "ERROR",
    "_redis_password": "x",
    "_metrics_export_port": 9998,
    "_memory": 1000,
    "_plasma_directory": "/no/such/directory",
}


@pytest.mark.parametrize("options", [NOTHING, OF_NO_USE_HERE], ids=["nothing", "of no use"])
def test_options_that_change_nothing(address: str, options: dict) -> None:
    ray.init(address, **options)
    assert ray.get(ray.put(1)) == 1


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"num_cpus": 1}, ValueError),
        ({"num_gpus": 0}, ValueError),
        ({"resources": {}}, ValueError),
        ({"labels": {"a": "b"}}, ValueError),
        ({"object_store_memory": 10**8}, ValueError),
        ({"_system_config": {"a": 1}}, ValueError),
        ({"_system_config": 3}, TypeError),
        ({"_enable_object_reconstruction": True}, ValueError),
        ({"_node_name": "mine"}, ValueError),
        ({"no_such_option": 1}, RuntimeError),
        ({"namespace": ""}, ValueError),
        ({"namespace": 3}, (TypeError, ValueError)),
        ({"logging_level": "LOUD"}, ValueError),
    ],
    ids=str,
)
def test_options_that_are_refused(address: str, options: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        ray.init(address, log_to_driver=False, **options)


@ray.remote
def facts() -> tuple[dict[str, str], str]:
    import ray as there

    metadata = there._private.worker.global_worker.core_worker.get_job_config().metadata
    return dict(metadata), there.get_runtime_context().namespace


def test_a_job_config(address: str) -> None:
    config = job_config.JobConfig(metadata={"a": "b"}, ray_namespace="of_the_job", runtime_env={"env_vars": {"X": "y"}})
    config.set_metadata("c", "d")
    ray.init(address, job_config=config, log_to_driver=False)
    metadata, namespace = ray.get(facts.remote())
    assert {"a": "b", "c": "d"}.items() <= metadata.items()
    assert namespace == ray.get_runtime_context().namespace == "of_the_job"
    assert ray.get_runtime_context().runtime_env["env_vars"] == {"X": "y"}


def test_what_init_itself_is_given_comes_first(address: str) -> None:
    config = job_config.JobConfig(ray_namespace="of_the_job", runtime_env={"env_vars": {"X": "y"}})
    ray.init(address, namespace="mine", job_config=config, runtime_env={"env_vars": {"Z": "z"}}, log_to_driver=False)
    context = ray.get_runtime_context()
    assert (context.namespace, context.runtime_env["env_vars"]) == ("mine", {"Z": "z"})


def test_the_code_search_path_is_the_workers(address: str, tmp_path: Path) -> None:
    (tmp_path / "only_on_the_cluster.py").write_text("value = 7\n")
    ray.init(address, job_config=job_config.JobConfig(code_search_path=[str(tmp_path)]), log_to_driver=False)

    @ray.remote
    def use() -> int:
        return importlib.import_module("only_on_the_cluster").value

    assert ray.get(use.remote()) == 7


@since_ray("2.60.0", "`JobConfig` refuses a code search path that is no list", client_has_it=True)
def test_a_wrong_job_config() -> None:
    with pytest.raises(ValueError, match="lifetime"):
        job_config.JobConfig(default_actor_lifetime="for_ever")
    with pytest.raises(TypeError):
        job_config.JobConfig(code_search_path="/a")


@pytest.fixture
def restored_logging() -> Iterator[None]:
    loggers = [logging.getLogger(), logging.getLogger("ray"), logging.getLogger("ray_client")]
    before = [(logger, logger.level, logger.handlers[:], logger.propagate) for logger in loggers]
    yield
    for logger, level, handlers, propagates in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers
        logger.propagate = propagates


@since_ray("2.43.0", "logs as JSON")
@pytest.mark.parametrize("by", ["logging_config", "job_config"])
def test_the_workers_log_as_configured(address: str, restored_logging: None, by: str) -> None:
    config = ray.LoggingConfig(encoding="JSON", log_level="ERROR")
    if by == "job_config":
        of_job = job_config.JobConfig()
        of_job.set_py_logging_config(config)
        ray.init(address, job_config=of_job, log_to_driver=False)
    else:
        ray.init(address, logging_config=config, log_to_driver=False)
        assert logging.getLogger().level == logging.ERROR

    @ray.remote
    def level() -> tuple[int, str]:
        root = logging.getLogger()
        return root.level, root.handlers[-1].format(logging.makeLogRecord({"msg": "said", "levelname": "ERROR"}))

    number, line = ray.get(level.remote())
    assert number == logging.ERROR
    assert line.startswith("{") and '"message": "said"' in line


@pytest.mark.parametrize(
    "options",
    [
        {"encoding": "XML"},
        pytest.param(
            {"additional_log_standard_attrs": ["no_such_attribute"]},
            marks=since_ray("2.43.0", "`additional_log_standard_attrs` of a `LoggingConfig`", client_has_it=True),
        ),
    ],
    ids=str,
)
def test_a_wrong_logging_config(options: dict) -> None:
    with pytest.raises(ValueError):
        ray.LoggingConfig(**options)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_what_init_gives_back(address: str) -> None:
    context = ray.init(address, log_to_driver=False)
    assert context["node_id"] == context.address_info["node_id"] == ray.get_runtime_context().get_node_id()
    [node] = [node for node in ray.nodes() if node["NodeID"] == context["node_id"]]
    assert (
        dict(context).items()
        >= {
            "node_ip_address": node["NodeManagerAddress"],
            "object_store_address": node["ObjectStoreSocketName"],
            "raylet_socket_name": node["RayletSocketName"],
            "metrics_export_port": node["MetricsExportPort"],
            "redis_address": None,
        }.items()
    )
    assert {"webui_url", "session_dir", "gcs_address", "address"} <= set(context)
    assert os.path.basename(context["session_dir"]).startswith("session_")
    assert context.ray_version and context.python_version and context.ray_commit
