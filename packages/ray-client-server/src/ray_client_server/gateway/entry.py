"""What a process that the fork server made for the gateway does first."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from ray_client_server.config import DriverSettings

#: What a driver in an environment needs of ours: Ray's own token, and where this server is if it is not installed.
_VARIABLES = ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "PYTHONPATH")


def do_nothing(_: str) -> None:
    """Come and go: the fork server must have imported everything by then."""


def run_driver(text: str) -> None:
    """Be the driver of the session whose settings these are."""
    from ray_client_server.driver import main

    main.run(DriverSettings.from_json(text))


def check_environment(text: str) -> None:
    """Have Ray judge a runtime environment, and write what it says to the file that is named beside it."""
    asked = json.loads(text)
    from ray_client_server.driver import ray_port

    answer = {}
    try:
        ray_port.check_environment(asked["runtime_env"])
    except Exception as error:  # noqa: BLE001 - ValueError and TypeError, and what plugins of Ray raise
        answer = {"type_name": f"{type(error).__module__}.{type(error).__qualname__}", "message": str(error)}
    Path(asked["answer_path"]).write_text(json.dumps(answer), encoding="utf-8")


def run_in_environment(text: str) -> None:
    """Have Ray build the session's environment, and start the driver in it; last as long as that does."""
    settings = DriverSettings.from_json(text)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the gateway drains, and its end is this process's end
    _redirect_output(settings.log_path)
    control = _connect(settings)
    from ray_client_server.driver import ray_port

    try:
        code = ray_port.run_in_environment(
            settings.cluster_address,
            {key: value for key, value in settings.runtime_env.items() if key in LAUNCH_KEYS},
            {name: os.environ[name] for name in _VARIABLES if name in os.environ},
            ["-m", "ray_client_server.driver"],
            text,
            settings.log_path,
        )
        told: dict[str, Any] = {
            "code": "DRIVER_FAILED",
            "message": f"the driver ended with exit code {code} inside the session's runtime environment; a conda or "
            f"container environment must have ray-client-server installed. The end of its log:\n"
            + _tail(settings.log_path),
            "type_name": "",
        }
    except Exception as error:  # noqa: BLE001 - ray.exceptions, or a ValueError about the environment
        is_environment = isinstance(error, ValueError | TypeError) or type(error).__name__ == "RuntimeEnvSetupError"
        told = {
            "code": "RUNTIME_ENV_FAILED" if is_environment else "DRIVER_FAILED",
            "message": str(error),
            "type_name": f"{type(error).__module__}.{type(error).__qualname__}",
        }
    # After the driver was ready this says nothing new, and the gateway passes it over.
    control.sendall(json.dumps({"session": settings.session_id, "event": "failed", **told}).encode() + b"\n")
    ray_port.leave()


#: What of a runtime environment the process of the driver needs; directories it lays out by itself.
LAUNCH_KEYS = frozenset(
    ("pip", "uv", "conda", "container", "image_uri", "py_executable", "env_vars", "config", "working_dir", "py_modules")
)


def _redirect_output(path: str) -> None:
    log_fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(log_fd, 1)
    os.dup2(log_fd, 2)
    os.close(log_fd)


def _connect(settings: DriverSettings) -> socket.socket:
    """Connect to the control socket, and end this process when the gateway hangs up."""
    control = socket.socket(socket.AF_UNIX)
    control.connect(settings.control_path)
    control.sendall(json.dumps({"session": settings.session_id, "event": "building"}).encode() + b"\n")

    def watch() -> None:
        while control.recv(4096):
            pass
        os._exit(1)

    threading.Thread(target=watch, name="control", daemon=True).start()
    return control


def _tail(path: str, size_bytes: int = 4000) -> str:
    with open(path, "rb") as log:
        log.seek(max(0, os.path.getsize(path) - size_bytes))
        return log.read().decode("utf-8", "replace")
