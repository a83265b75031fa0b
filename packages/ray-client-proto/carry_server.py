"""Hatchling's build hook: puts the server's files into the protocol's wheel, for `ray-client deploy`.

A laptop has the client and the protocol, and no package index may be within reach when it brings the server to a
cluster. The protocol's wheel is what every installation has, and the client's is to stay small.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SERVER = "ray_client_server"
CARRIED = "ray_client_proto/server.tar.gz"


class CarryServerHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling is not there where types are checked
    """Adds the sources of the server: as they are to an sdist, packed to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them, unless the wheel is one for a source tree, where the server is beside."""
        in_sdist, in_tree = Path(self.root, "server"), Path(self.root).parent / "ray-client-server" / "src"
        source = (in_sdist if in_sdist.is_dir() else in_tree) / SERVER
        if self.target_name == "sdist":
            build_data["force_include"][str(source)] = f"server/{SERVER}"
        elif version != "editable":
            packed = Path(self.directory) / "server.tar.gz"
            packed.parent.mkdir(parents=True, exist_ok=True)
            packed.write_bytes(pack(source))
            build_data["force_include"][str(packed)] = CARRIED

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was only for the build."""
        Path(self.directory, "server.tar.gz").unlink(missing_ok=True)


def pack(source: Path) -> bytes:
    """Give an archive of a package's files that is the same for the same files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(source.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.name != "py.typed":
                entry = tarfile.TarInfo(f"{SERVER}/{path.relative_to(source).as_posix()}")
                data = path.read_bytes()
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), mtime=0)
