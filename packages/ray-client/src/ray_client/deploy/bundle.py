"""What travels to a cluster: the server, the protocol and cloudpickle, as one archive.

It is made of what is imported here, wherever that comes from: a wheel, a source tree, a zipped application. Only pure
Python travels; grpcio, protobuf and Ray are the cluster's own. What is in it decides its name, so the same release is
the same archive, and is not uploaded twice.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ray_client.deploy.launch import NEEDED, OWN
from ray_client_proto import __version__ as protocol_version

if TYPE_CHECKING:
    from importlib.abc import Traversable  # `importlib.resources.abc` from Python 3.11 on

SERVER: Final = "ray_client_server"
PROTOCOL: Final = "ray_client_proto"
#: The server's files inside the protocol's wheel, for a laptop that has no server.
CARRIED: Final = "server.tar.gz"
_LAUNCHER: Final = ("start.sh", "launch.py")
_LEFT_OUT: Final = ("py.typed", ".pyi", ".pyc")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  #: the earliest time that a zip file can have


@dataclass(frozen=True)
class Bundle:
    """An archive for a cluster."""

    name: str  #: as Ray's package store knows it
    data: bytes
    versions: Mapping[str, str]  #: of the distributions in it

    @property
    def release(self) -> str:
        """Give the version of the server in it."""
        return self.versions["ray-client-server"]


def bundle(wheels: Path | None = None) -> Bundle:
    """Give what is to travel.

    Args:
        wheels: a directory with wheels of ray-client-server and ray-client-proto, which travel in the place of
            those that are imported here.

    Raises:
        FileNotFoundError: there is no server here, or a wheel is missing.
    """
    cloudpickle = version("cloudpickle")
    if wheels is None:
        own = {**_server_here(), **_package(files(PROTOCOL), PROTOCOL)}
        versions = {"ray-client-server": _server_version(), "ray-client-proto": protocol_version}
        own |= dict(_metadata(name, number) for name, number in versions.items())
    else:
        own, versions = {}, {}
        for name in (SERVER, PROTOCOL):
            number, contents = _wheel(wheels, name)
            own |= contents
            versions[name.replace("_", "-")] = number
    needed = {**_package(files("cloudpickle"), "cloudpickle"), **dict([_metadata("cloudpickle", cloudpickle)])}
    here = files("ray_client.deploy")
    contents = {name: here.joinpath(name).read_bytes() for name in _LAUNCHER}
    contents |= {f"{OWN}/{name}": data for name, data in own.items()}
    contents |= {f"{NEEDED}/{name}": data for name, data in needed.items()}
    return Bundle(f"_ray_pkg_{_hash(contents)}.zip", _zipped(contents), {**versions, "cloudpickle": cloudpickle})


def _server_here() -> dict[str, bytes]:
    """Give the server's files: installed here, carried by the protocol's wheel, or beside it in the source tree."""
    if importlib.util.find_spec(SERVER) is not None:
        return _package(files(SERVER), SERVER)
    carried = files(PROTOCOL).joinpath(CARRIED)
    if carried.is_file():
        with tarfile.open(fileobj=io.BytesIO(carried.read_bytes())) as archive:
            return {
                member.name: opened.read()
                for member in archive
                if _travels(member.name) and (opened := archive.extractfile(member)) is not None
            }
    source = Path(str(files(PROTOCOL))).parent.parent.parent / "ray-client-server" / "src" / SERVER
    if not source.is_dir():
        raise FileNotFoundError(f"ray-client-proto {protocol_version} has no {CARRIED} here; install its wheel again")
    return _package(source, SERVER)


def _server_version() -> str:
    """Give the server's release: its own where it is installed, else that of what carries it."""
    return version("ray-client-server") if importlib.util.find_spec(SERVER) is not None else protocol_version


def _package(directory: Traversable, name: str) -> dict[str, bytes]:
    return {f"{name}/{path}": data for path, data in _walk(directory)}


def _walk(directory: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in directory.iterdir():
        path = f"{prefix}{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _walk(entry, f"{path}/")
        elif _travels(path) and entry.name != CARRIED:
            yield path, entry.read_bytes()


def _travels(name: str) -> bool:
    return not name.endswith(_LEFT_OUT) and "__pycache__" not in name


def _metadata(name: str, number: str) -> tuple[str, bytes]:
    """Give the file that answers `importlib.metadata.version` on the cluster."""
    directory = f"{name.replace('-', '_')}-{number}.dist-info"
    return f"{directory}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n".encode()


def _wheel(directory: Path, name: str) -> tuple[str, dict[str, bytes]]:
    found = sorted(directory.glob(f"{name}-*.whl"))
    if len(found) != 1:
        raise FileNotFoundError(f"{directory} must have one wheel of {name}, and has {[path.name for path in found]}")
    with zipfile.ZipFile(found[0]) as archive:
        names = [entry for entry in archive.namelist() if _travels(entry) and not entry.endswith(f"/{CARRIED}")]
        return found[0].name.split("-")[1], {entry: archive.read(entry) for entry in names}


def _hash(contents: Mapping[str, bytes]) -> str:
    """Give a hash of names and contents; how they are compressed may differ from machine to machine."""
    digest = hashlib.sha256()
    for name, data in sorted(contents.items()):
        digest.update(f"{len(name)} {name} {len(data)} ".encode() + data)
    return digest.hexdigest()[:32]


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(contents.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
