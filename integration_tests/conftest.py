"""Fixtures of all integration tests: a head for the run, gateways on it, and the proof that `ray` is not here."""

from __future__ import annotations

import importlib.util
import os
import tracemalloc  # noqa: F401 - else pytest imports it as two threads report errors at once, and fails
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Head, cluster_python
from gateway import Gateway
from processes import RigError

IS_NATIVE = os.environ.get("RAY_CLIENT_CONFORMANCE", "client") == "native"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse to run where the results would mean nothing."""
    try:
        cluster_python()
    except RigError as error:
        pytest.exit(str(error), returncode=4)
    if not IS_NATIVE and importlib.util.find_spec("ray") is not None:
        pytest.exit("ray can be imported here: run these tests from an environment without it", returncode=4)


@pytest.fixture(scope="session")
def head() -> Iterator[Head]:
    """A Ray head, shared by the run: it takes longer to start than most tests take."""
    # Natively, functions of test modules travel by reference: workers must find the modules.
    env = {"PYTHONPATH": str(Path(__file__).parent), "RAY_CLIENT_CONFORMANCE": "native"} if IS_NATIVE else {}
    head = Head.start(env=env)
    try:
        yield head
    finally:
        head.close()


@pytest.fixture(scope="module")
def gateway(head: Head) -> Iterator[Gateway]:
    """A gateway on the head; at the end of the module it must go and leave nothing."""
    from ways import serving  # not above: releases before sockets, which run `compat`, have not what it needs

    with serving(head) as gateway:
        yield gateway
