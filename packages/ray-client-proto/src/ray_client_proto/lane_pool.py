"""A client's lane connections: a few are kept for the next transfer (docs/protocol.md, rules S6 and B9)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from ray_client_proto.lanes import LaneSocket
from ray_client_proto.wire.errors import ProtocolError

_KEPT: Final = 2  #: for the next transfers
_KEPT_S: Final = 8.0  #: the peer cuts those that give it no sign of life for longer (S5)
_OTHERWISE_S: Final = 30.0  #: where no connection comes through, another way is used for so long


class LanePool:
    """Gives a connection for each transfer. Safe from any thread; in a forked child it leaves its parent's alone."""

    def __init__(self, connect: Callable[[], LaneSocket]) -> None:
        """`connect` raises `OSError` where it reaches nobody, and `ValueError` where it is refused."""
        self._connect, self._pid = connect, os.getpid()
        self._lock = threading.Lock()  # of all below
        self._kept: list[tuple[float, LaneSocket]] = []
        self._used: set[LaneSocket] = set()
        self._is_closed = False
        self._failures = 0  # in a row, of connections that got nothing through
        self._otherwise_until_s = 0.0

    @contextmanager
    def lane(self) -> Iterator[LaneSocket | None]:
        """Give a connection for the block, or None where another way is to be taken. One that fails is not kept.

        Raises:
            OSError: nobody could be reached.
        """
        connection = self._take()
        if connection is None:
            try:
                yield None
            except BaseException:
                self._otherwise_until_s = 0.0  # the other way is no better
                raise
            return
        is_whole = False
        try:
            yield connection
            is_whole = True
        except (OSError, ProtocolError):
            self._failed(connection.has_received)
            raise
        finally:
            self._put_back(connection, is_whole)

    def close(self) -> None:
        """Cut all connections; may be repeated."""
        if os.getpid() != self._pid:
            return
        with self._lock:
            self._is_closed = True
            used, kept = list(self._used), self._kept
            self._kept = []
        for connection in used:
            connection.close()  # whoever has it releases it
        for _, connection in kept:
            _end(connection)

    def _take(self) -> LaneSocket | None:
        while True:
            with self._lock:
                if not self._kept:
                    break
                since_s, connection = self._kept.pop()
            if time.monotonic() - since_s < _KEPT_S and _is_alive(connection):
                return self._using(connection)
            _end(connection)
        if time.monotonic() < self._otherwise_until_s:
            return None
        try:
            return self._using(self._connect())
        except ValueError:  # there is an answer, and it refuses
            self._otherwise_until_s = time.monotonic() + _OTHERWISE_S
            return None
        except OSError:
            self._failed(has_worked=False)
            raise

    def _using(self, connection: LaneSocket) -> LaneSocket:
        with self._lock:
            self._used.add(connection)
            if self._is_closed:
                connection.close()
        return connection

    def _put_back(self, connection: LaneSocket, is_whole: bool) -> None:
        with self._lock:
            self._used.discard(connection)
            if is_whole:
                self._failures = 0
            is_kept = is_whole and not self._is_closed and len(self._kept) < _KEPT
            if is_kept:
                self._kept.append((time.monotonic(), connection))
        if not is_kept:
            _end(connection)

    def _failed(self, has_worked: bool) -> None:
        """Take note of a cut: after two in a row that got nothing through the other way has its turn."""
        with self._lock:
            self._failures = 0 if has_worked else self._failures + 1
            if self._failures > 1:
                self._failures = 0
                self._otherwise_until_s = time.monotonic() + _OTHERWISE_S


def _end(connection: LaneSocket) -> None:
    connection.close()
    connection.release()


def _is_alive(connection: LaneSocket) -> bool:
    """Tell whether the peer of an idle connection is there, and has nothing to say."""
    with suppress(OSError, ProtocolError):
        return not connection.has_message()
    return False
