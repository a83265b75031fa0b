"""The gateway's directory: sockets, logs and packages, for this user alone."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from ray_client_server.errors import StartError
from ray_client_server.observability.logs import EventLog

log = EventLog("state")

PREFIX = "rcs-"
MAX_PATH_CHARACTERS = 80  #: what is left of the 107 of a unix socket is for names below


class StateDirectory:
    """A directory that no other gateway uses while this one runs; a temporary one unless it was named."""

    def __init__(self, named: str | None) -> None:
        """Make it, and what belongs in it.

        Raises:
            StartError: it cannot be made, its name is too long, or another user has it, or another gateway.
        """
        self._is_temporary = named is None
        try:
            if named is None:
                _sweep(Path(tempfile.gettempdir()))
                # Under another name until it is locked: a gateway that starts just now must not take it for a left one.
                made = Path(tempfile.mkdtemp(prefix="rcs."))
                self._lock = _lock(made)
                self.path = made.rename(made.with_name(PREFIX + made.name[len(PREFIX) :]))
            else:
                self.path = Path(named).expanduser().absolute()
                self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
                _check_owner(self.path)
                self.path.chmod(0o700)
                self._lock = _lock(self.path)
            if len(str(self.path)) > MAX_PATH_CHARACTERS:
                raise StartError(f"{self.path} is too long for unix sockets; name a shorter one with --state-dir")
            if self._lock is None:
                raise StartError(f"another gateway uses {self.path}; give each its own --state-dir")
            self._clear()
            for name in ("s", "logs", "tmp"):
                (self.path / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StartError(f"cannot use {named or 'a temporary directory'} for state: {error}") from error

    def close(self) -> None:
        """Remove sockets and temporary files; of a directory that was named, logs and packages stay."""
        if self._is_temporary:
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            self._clear()
        if self._lock is not None:
            os.close(self._lock)

    def _clear(self) -> None:
        for name in ("s", "tmp", "ray"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            (self.path / "control").unlink()


def _check_owner(directory: Path) -> None:
    """See to it that nobody else can put things into the directory, or take it away: even root may not use another's.

    Raises:
        StartError: it belongs to another user.
    """
    owner = directory.stat().st_uid
    if owner != os.geteuid():
        raise StartError(
            f"{directory} belongs to the user with id {owner}, and this gateway runs as {os.geteuid()}; name a "
            "directory of its own with --state-dir"
        )


def _lock(directory: Path) -> int | None:
    """Give a descriptor that holds the directory's lock, or nothing if someone else does."""
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _sweep(parent: Path) -> None:
    """Remove what gateways of this user left that were killed."""
    for directory in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if directory.is_symlink() or directory.stat().st_uid != os.getuid() or not (directory / "lock").exists():
                continue
            lock = _lock(directory)
            if lock is not None:
                log.info("state.removed", directory=directory)
                shutil.rmtree(directory, ignore_errors=True)
                os.close(lock)
