"""The wheels of each side: of the checkout, or built from the commit of a release."""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from compat.matrix.plan import TREE
from compat.matrix.tools import Uv, archive_of, fetch, time_of

PACKAGES = ("ray-client-proto", "ray-client", "ray-client-server")


class Wheels:
    """Gives wheels by release; those of releases are built once and kept.

    Args:
        commits: of each release.
        uv: builds them.
        kept: where they are kept.
        tree: where the wheels of the checkout are.
    """

    def __init__(self, commits: Mapping[str, str], uv: Uv, kept: Path, tree: Path) -> None:
        self._commits, self._uv, self._kept = commits, uv, kept
        self._tree = kept / "tree"  # of our own: whoever runs nox beside us builds theirs anew
        shutil.rmtree(self._tree, ignore_errors=True)
        shutil.copytree(tree, self._tree)
        self._lock = threading.Lock()

    def of(self, release: str, package: str) -> list[Path]:
        """Give the wheel of a package, and that of the protocol.

        Raises:
            NotRunError: the commit of the release is not here.
            RuntimeError: they cannot be built, or are of another version.
        """
        directory = self._tree
        if release != TREE:
            with self._lock:
                directory = self._built(release)
        return [_wheel_of(name, directory) for name in ("ray-client-proto", package)]

    def _built(self, release: str) -> Path:
        commit = self._commits[release]
        directory = self._kept / commit
        if not directory.exists():
            fetch(commit)
            with tempfile.TemporaryDirectory() as name:
                out = self._build(commit, Path(name))
                versions = {wheel.name.split("-")[1] for wheel in out.glob("*.whl")}
                if versions != {release}:
                    raise RuntimeError(f"commit {commit} gives {sorted(versions)}, and releases.toml says {release}")
                shutil.copytree(out, directory)
        return directory

    def _build(self, commit: str, temporary: Path) -> Path:
        """Build what was released: with the time of the commit the wheels are the same byte for byte, at any time."""
        sources, out = temporary / "sources", temporary / "wheels"
        with tarfile.open(fileobj=io.BytesIO(archive_of(commit))) as archive:
            archive.extractall(sources, filter="data")
        for package in PACKAGES:
            source = str(sources / "packages" / package)
            self._uv.run("build", "-q", "--wheel", "-o", str(out), source, SOURCE_DATE_EPOCH=time_of(commit))
        return out


def _wheel_of(package: str, directory: Path) -> Path:
    [wheel] = directory.glob(f"{package.replace('-', '_')}-*.whl")
    return wheel
