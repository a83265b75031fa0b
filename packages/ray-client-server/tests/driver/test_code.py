"""The client's code on the driver: what is missing is named, what is let go of is gone, environments are laid out."""

from __future__ import annotations

import pathlib
from pathlib import Path
from typing import Any

import pytest

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import Export, Put, ReleaseExport, ScheduleTask
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_server.driver.environments import Environments
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.failures import describe
from ray_client_server.driver.versions import package_versions

ABSENT = Payload(pickle=b"cno_such.module\nThing\n.")


def test_a_missing_module_is_named_with_what_needs_it(client: Any) -> None:
    digest = b"d" * 32
    client.do(export=Export(digest=digest, kind=Export.FUNCTION, name="the function m.f", payload=ABSENT))
    [result] = client.call(digest, 1)
    failure = client.get(result)
    assert failure.code == Failure.UNPICKLE_FAILED
    assert failure.details["missing_module"] == "no_such"
    assert failure.details["wanted"] == "no_such.module.Thing"
    assert failure.details["what"] == "the function m.f"


def test_a_missing_module_of_an_argument_and_of_a_value(client: Any, driving: Any) -> None:
    digest = client.export(len)
    invocation = client.invocation()
    invocation.arguments.CopyFrom(ABSENT)
    client.do(schedule_task=ScheduleTask(function_digest=digest, invocation=invocation))
    assert client.get(invocation.result_ids[0]).details["what"] == "an argument of a function"
    object_id = client.new_id()
    client.do(put=Put(object_id=object_id, value=ABSENT))
    assert client.get(object_id).details["what"] == "a value from the client"


def test_a_module_that_a_worker_lacks_is_named(holdings: Any, driving: Any) -> None:
    own = driving.FakeTaskError(ModuleNotFoundError("No module named 'x'", name="x"))
    by_text = driving.FakeRayError("The function failed to import:\nModuleNotFoundError: No module named 'a.b'")
    assert describe(own, holdings.codec).details["missing_module"] == "x"
    assert describe(by_text, holdings.codec).details["missing_module"] == "a.b"
    assert "missing_module" not in describe(driving.FakeRayError("No module"), holdings.codec).details


def test_o6_what_is_released_is_gone_and_may_come_again(client: Any, holdings: Any) -> None:
    digest = client.export(len)
    [first] = client.call(digest, "ab", num_cpus=2)
    assert client.get(first) == 2
    client.do(release_export=ReleaseExport(digest=digest))
    exports = holdings.exports
    assert not (exports._shipped or exports._decorated or exports._bound or exports._names)
    assert client.get(client.call(digest, "ab")[0]).code == Failure.PROTOCOL_VIOLATION
    assert client.export(len) == digest
    assert client.get(client.call(digest, "abc")[0]) == 3


@pytest.mark.parametrize("name", [b"WindowsPath", b"PosixPath"])
def test_v4_a_path_arrives_as_one_of_this_system(holdings: Any, name: bytes) -> None:
    stream = b"cpathlib\n" + name + b"\n(Va\nVb\ntR."
    assert holdings.codec.decode(Payload(pickle=stream)).value == pathlib.Path("a/b")


class Uploading:
    """A port which says what it was to upload."""

    def upload_directories(self, runtime_env: dict[str, Any]) -> dict[str, Any]:
        return {"uploaded": runtime_env}


def test_packages_of_a_task_become_directories_that_are_uploaded(tmp_path: Path) -> None:
    """T16"""
    for name in ("aa/work.py", "bb/tool/__init__.py", "bb/single.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    environments: Any = Environments(Uploading(), str(tmp_path))  # type: ignore[arg-type]
    plain = {"env_vars": {"A": "1"}, "working_dir": "s3://b/x.zip"}
    assert environments.ready(plain) == plain
    sent = {"working_dir": "package://aa", "py_modules": ["package://bb", "s3://b/y.zip"], "pip": ["x"]}
    assert environments.ready(sent)["uploaded"] == {
        "working_dir": str(tmp_path / "aa"),
        "py_modules": [str(tmp_path / "bb" / "single.py"), str(tmp_path / "bb" / "tool"), "s3://b/y.zip"],
        "pip": ["x"],
    }
    assert environments.laid_out(sent) == environments.ready(sent)["uploaded"]  # of a job: its client uploads


@pytest.mark.parametrize("uri", ["package://", "package://cc", "package://../aa", "package:///etc"])
def test_a_package_that_is_not_here_is_refused(tmp_path: Path, uri: str) -> None:
    environments = Environments(Uploading(), str(tmp_path / "p"))  # type: ignore[arg-type]
    with pytest.raises(OperationError, match="upload it first"):
        environments.ready({"working_dir": uri})


def test_package_versions_are_those_of_what_is_installed() -> None:
    assert set(package_versions()) <= {"cloudpickle", "numpy", "pandas", "pyarrow", "torch"}
    assert "cloudpickle" in package_versions()
