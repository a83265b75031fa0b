"""The other Pythons of this machine."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

MINORS = ("310", "311", "312", "313")


@functools.cache
def interpreter(minor: str) -> str | None:
    """Give a Python of a minor version, wherever this machine has one."""
    version = f"3.{minor[1:]}"
    versions = Path(os.environ.get("PYENV_ROOT", "")) / "versions"
    candidates = [sys.executable, shutil.which(f"python{version}")]
    candidates += map(str, sorted(versions.glob(f"{version}.*/bin/python"), reverse=True))
    for candidate in filter(None, candidates):
        command = [candidate, "-c", "import sys; print('%d%d' % sys.version_info[:2])"]
        try:
            if subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip() == minor:
                return candidate
        except OSError:
            continue
    return None


def environ(base: Path) -> dict[str, str]:
    """Give the environment in which any of them finds cloudpickle and the protocol's code: both are pure Python."""
    modules = base / "modules"
    modules.mkdir()
    for package in ("cloudpickle", "ray_client_proto"):
        spec = importlib.util.find_spec(package)
        assert spec is not None and spec.submodule_search_locations
        (modules / package).symlink_to(spec.submodule_search_locations[0])
    return {**os.environ, "PYTHONPATH": str(modules)}
