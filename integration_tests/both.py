"""Programs in the cluster's environment with the client beside the server."""

from __future__ import annotations

import importlib.metadata
import subprocess
import textwrap
from pathlib import Path

from cluster import cluster_python, private_environment
from processes import MARK, marked_processes, new_mark, poll

import ray_client


class Both:
    """The cluster's environment with the client beside the server."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "home").mkdir()
        (directory / "t").mkdir()
        packages = directory / "packages"
        packages.mkdir()
        (packages / "ray_client").symlink_to(Path(ray_client.__file__).parent)
        metadata = Path(str(importlib.metadata.distribution("ray-client").locate_file(""))).glob(
            "ray_client-*.dist-info"
        )
        for path in metadata:
            (packages / path.name).symlink_to(path)
        extra = {"PYTHONPATH": str(packages), "TMPDIR": str(directory / "t")}
        self.environment = private_environment(directory / "home", new_mark(), extra)

    def command(self, program: str) -> list[str]:
        return [str(cluster_python()), "-c", textwrap.dedent(program)]

    def run(self, program: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(program),
            env=self.environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    def is_left_empty(self) -> bool:
        return poll(lambda: not marked_processes(self.environment[MARK]), within_s=40)
