"""What ends while a function runs in the session's driver: the process, or the session."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest
from gateway import Gateway
from processes import poll

import ray_client as ray


def end(how: str) -> None:
    import ctypes
    import os

    if how == "exit":
        os._exit(3)
    ctypes.string_at(0)


@pytest.mark.parametrize(("how", "reason"), [("exit", "exit code 3"), ("crash", "SIGSEGV")])
def test_a_function_that_ends_its_process_ends_the_session_with_that_reason(
    gateway: Gateway, how: str, reason: str
) -> None:
    """X6"""
    with ray.init(gateway.address) as context:
        with pytest.raises(ray.errors.SessionLostError, match=reason):
            context.run(end, how)
        with pytest.raises(ray.errors.SessionLostError, match=reason):
            context.run(len, "abc")


def test_a_function_that_outlives_its_session_starts_no_cluster(gateway: Gateway, tmp_path: Path) -> None:
    """R4"""

    def outlive() -> None:
        import ray

        (tmp_path / "begun").touch()
        while ray.is_initialized():
            pass
        try:
            ray.init()
        except RuntimeError as error:
            (tmp_path / "said").write_text(str(error))

    def call() -> None:
        with contextlib.suppress(ray.errors.SessionClosedError):
            context.run(outlive)

    context = ray.init(gateway.address)
    thread = threading.Thread(target=call)
    thread.start()
    assert poll(lambda: (tmp_path / "begun").exists(), 30)
    ray.shutdown()
    thread.join()
    assert poll(lambda: (tmp_path / "said").exists(), 30)
    assert "has ended" in (tmp_path / "said").read_text()
