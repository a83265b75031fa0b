"""Files of checkpoints, which go both ways: a directory of this machine's to the driver, and a checkpoint's to here."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ray_client.cluster_only import LibraryValue
from ray_client.handles import current
from ray_client_libraries.held import Here, Method
from ray_client_libraries.places import call, session_of

if TYPE_CHECKING:
    from ray_client.session.session import Session  # loads protobuf


class LocalDirectory(LibraryValue):
    """The path of a directory of this machine; in the driver, that of a copy there."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._sent: tuple[Session, str] | None = None

    def token_in(self, session: Session) -> tuple[Any, ...]:
        """Bring the directory to the driver; raises as `files.send`."""
        from ray_client_proto import files  # loads protobuf

        if self._sent is None or self._sent[0] is not session:
            self._sent = session, files.send(session, self._path)
        return str, (self._sent[1],)

    def __repr__(self) -> str:
        return repr(self._path)


def local(path: Any) -> Any:
    """Give what stands for a path if it is a directory of this machine, else the path, which is the cluster's."""
    is_path = isinstance(path, (str, os.PathLike))
    return LocalDirectory(os.fspath(path)) if is_path and os.path.isdir(path) else path


def local_arguments(path: Any = None, /, *rest: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Give the arguments of a checkpoint's class with a directory of this machine marked, unless it is elsewhere."""
    if any(value is not None for value in (*rest[:1], kwargs.get("filesystem"))):
        return (path, *rest), kwargs
    if path is None:
        return rest, {name: local(value) if name == "path" else value for name, value in kwargs.items()}
    return (local(path), *rest), kwargs


class HasFiles(LibraryValue):
    """What objects have here that stand for checkpoints."""

    __slots__ = ()

    @classmethod
    def from_directory(cls, path: Any) -> Any:
        """Make a checkpoint of a directory of this machine, or, where that has none such, of the cluster's."""
        session = current.current_session(f"{cls.__qualname__}.from_directory()")
        return call(session, Method(cls, "from_directory"), local(path))

    def to_directory(self, path: Any = None) -> str:
        """Copy the checkpoint's files to a directory of this machine, which is made where none is given."""
        from ray_client_proto import files  # loads protobuf

        target = tempfile.mkdtemp(prefix="checkpoint_") if path is None else os.path.normpath(os.fspath(path))
        os.makedirs(target, exist_ok=True)
        held: Any = self
        for part in call(session_of(held), files.read_checkpoint, self):
            files.write(target, [part])
        return target

    @contextlib.contextmanager
    def as_directory(self) -> Iterator[str]:
        """Give a directory of this machine with the checkpoint's files, for as long as the block lasts."""
        with tempfile.TemporaryDirectory(prefix="checkpoint_", ignore_cleanup_errors=True) as directory:
            yield self.to_directory(directory)


class OfFiles(Here):
    """What such a class does here: its methods above, and a directory of this machine is marked as one."""

    module = __name__

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return local_arguments(*args, **kwargs)
