"""A function as `worker_process_setup_hook`."""

from __future__ import annotations

import base64
from typing import Any

import cloudpickle
import pytest

from ray_client_server.config import DriverSettings
from ray_client_server.driver.hooks import KEY, with_hook


def settings(hook: Any) -> DriverSettings:
    paths = {"socket_path": "s", "control_path": "c", "log_path": "l"}
    return DriverSettings(session_id="i", secret_hex="", cluster_address="a", runtime_env={KEY: hook}, **paths)


def test_a_name_stays_a_name(port: Any) -> None:
    named = settings("module.function")
    assert with_hook(named, port) is named


def test_a_function_is_unpickled(port: Any) -> None:
    part = base64.b64encode(cloudpickle.dumps(lambda: 7)).decode()
    assert with_hook(settings({"parts": [part]}), port).runtime_env[KEY]() == 7


@pytest.mark.parametrize("hook", [{}, {"parts": []}, {"parts": ["?"]}, 7, [1]])
def test_anything_else_is_refused(port: Any, hook: Any) -> None:
    with pytest.raises(ValueError, match="neither a name nor a pickled function"):
        with_hook(settings(hook), port)
