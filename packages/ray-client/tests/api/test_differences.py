"""What is said of two environments that differ."""

from __future__ import annotations

import logging
import platform

import pytest

from ray_client.api import differences
from ray_client_proto.v1.gateway_pb2 import ServerInfo

HERE = {"cloudpickle": "3.1.0", "numpy": "2.1.0", "pandas": "2.2.0", "pyarrow": "15.0.0"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "_installed", HERE.get)
    monkeypatch.setattr(differences, "_shown", set())


def server(python: str = platform.python_version(), **packages: str) -> ServerInfo:
    return ServerInfo(python_version=python, cloudpickle_version="3.1.0", packages={**HERE, **packages})


def test_equal_environments_have_no_differences() -> None:
    assert differences.differences(server()) == []


def test_all_differences_are_given_and_trouble_only_where_it_is_known() -> None:
    found = differences.differences(server(numpy="1.26.4", pandas="2.1.0", pyarrow="12.0.0", torch="2.3.0"))
    assert {one.name: (one.here, one.there) for one in found} == {
        "numpy": ("2.1.0", "1.26.4"),
        "pandas": ("2.2.0", "2.1.0"),
        "pyarrow": ("15.0.0", "12.0.0"),
        "torch": (None, "2.3.0"),
    }
    assert [one.name for one in found if one.trouble] == ["numpy"]


def test_python_makes_trouble_where_its_minor_version_differs() -> None:
    major, minor, _ = platform.python_version_tuple()
    [patch] = differences.differences(server(python=f"{major}.{minor}.99"))
    [other] = differences.differences(server(python=f"{major}.{int(minor) + 1}.0"))
    assert (bool(patch.trouble), bool(other.trouble)) == (False, True)


def test_a_server_that_does_not_say_has_no_packages_to_compare() -> None:
    old = ServerInfo(python_version=platform.python_version(), cloudpickle_version="2.2.0")
    assert [one.name for one in differences.differences(old)] == ["cloudpickle"]


def test_trouble_is_shown_once_in_one_line_each(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="ray_client"):
        differences.show_differences(server(numpy="1.26.4", pyarrow="12.0.0"))
        differences.show_differences(server(numpy="1.26.4"))
        differences.show_differences(server(numpy="1.25.0"))
    assert [record.getMessage().count("\n") for record in caplog.records] == [0, 0]
    assert "numpy is 2.1.0 here and 1.26.4 on the cluster" in caplog.text
