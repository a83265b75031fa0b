"""Runs on the cluster, in what `deploy` brought there: makes the server importable, and becomes it.

It is sent as it is, and started by start.sh with the cluster's own Python; nothing here imports this module.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import socket
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: In the directory of this file: our own packages, and those that a cluster need not have.
OWN, NEEDED = "own", "needed"
#: What begins the line that tells where the server runs.
FACTS = "ray-client deploy: runs as "


def launch(arguments: list[str]) -> None:
    """Become the server, with options of `ray-client-server start`; exits with a line that says why it cannot."""
    if sys.version_info < (3, 10):  # noqa: UP036 - it is the cluster's Python, whatever that is
        sys.exit(
            f"ray-client deploy: the cluster's Python is {platform.python_version()}; the server needs 3.10 or later"
        )
    here = Path(__file__).resolve().parent
    paths = [str(here / OWN)]
    try:
        version("cloudpickle")
    except PackageNotFoundError:
        paths.append(str(here / NEEDED))
    for module in ("grpc", "google.protobuf"):
        try:
            importlib.import_module(module)
        except ImportError as error:
            sys.exit(f"ray-client deploy: {sys.executable} cannot import {module} ({error}); `ray[default]` brings it")
    os.environ["PYTHONPATH"] = os.pathsep.join([*paths, *filter(None, [os.environ.get("PYTHONPATH")])])
    facts = {
        "python": sys.executable,
        "python_version": platform.python_version(),
        "host": socket.gethostname(),
        "pid": os.getpid(),
    }
    print(FACTS + json.dumps(facts), flush=True)  # noqa: T201 - the job's log is where it is read
    os.execv(sys.executable, [sys.executable, "-m", "ray_client_server", "start", *arguments])


if __name__ == "__main__":
    launch(sys.argv[1:])
