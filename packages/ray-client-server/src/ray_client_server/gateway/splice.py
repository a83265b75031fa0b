"""Two connections made one: what comes in on either goes out on the other, as bytes that nobody looks at."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable
from typing import Final

#: How long one side has to read the last bytes after the other has ended.
LINGER_S: Final = 5.0

#: Of the buffer that all splices of a loop share: what was read is sent, or copied aside, before the next one reads.
BUFFER_BYTES: Final = 1024 * 1024


#: How a connection ends that the other side's system has ended, whether in good order or not. One that fell silent
#: ends in other ways.
_CLOSED: Final = frozenset((None, errno.ECONNRESET, errno.EPIPE))


class _Way:
    """One direction. It holds back at most one buffer, and reads no more until that is gone.

    By hand instead of asyncio's transports, which copy each piece and cost twice the time: this is the hot path.
    """

    def __init__(
        self, source: socket.socket, sink: socket.socket, buffer: memoryview, on_end: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._source, self._sink, self._buffer = source, sink, buffer
        self._on_end = on_end
        self._held_back = b""
        self._is_sink_gone = False
        self.is_ended = self.has_source_ended = False
        #: With which error the source ended, and the sink; None for none.
        self.source_error: int | None = None
        self.sink_error: int | None = None

    def start(self, first: bytes) -> None:
        """Begin, with what was read before."""
        self._loop.add_reader(self._source, self._read)
        self._send(memoryview(first))

    def stop(self) -> None:
        """End without a word; before the sockets are closed."""
        self.is_ended = True
        self._loop.remove_reader(self._source)
        self._loop.remove_writer(self._sink)

    def _read(self) -> None:
        try:
            size_bytes = self._source.recv_into(self._buffer)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:  # a reset ends this way as a proper end does
            size_bytes, self.source_error = 0, error.errno
        if size_bytes:
            self._send(self._buffer[:size_bytes])
            return
        self.has_source_ended = True
        self.stop()
        with contextlib.suppress(OSError):
            self._sink.shutdown(socket.SHUT_WR)
        self._on_end()

    def _send(self, data: memoryview) -> None:
        if self._is_sink_gone:
            return  # the other way ends too, and may have something to deliver first
        try:
            sent_bytes = self._sink.send(data)
        except (BlockingIOError, InterruptedError):
            sent_bytes = 0
        except OSError as error:
            self._is_sink_gone, self.sink_error = True, error.errno
            return
        if sent_bytes < len(data):
            self._held_back = bytes(data[sent_bytes:])
            self._loop.remove_reader(self._source)
            self._loop.add_writer(self._sink, self._send_rest)

    def _send_rest(self) -> None:
        self._loop.remove_writer(self._sink)
        held_back, self._held_back = self._held_back, b""
        self._loop.add_reader(self._source, self._read)
        self._send(memoryview(held_back))


class Splice:
    """Two connected sockets that do not block, and which it owns. The event loop owns it."""

    def __init__(
        self, near: socket.socket, far: socket.socket, buffer: memoryview, on_close: Callable[[Splice], None]
    ) -> None:
        self._sockets = (near, far)
        self._on_close = on_close
        self._up = _Way(near, far, buffer, self._one_ended)
        self._down = _Way(far, near, buffer, self._one_ended)
        self._linger: asyncio.TimerHandle | None = None
        self._is_closed = False

    def start(self, first: bytes) -> None:
        """Begin, with what was already read from the near side."""
        self._down.start(b"")
        self._up.start(first)

    @property
    def was_closed(self) -> bool:
        """Whether the near side ended its connection, or reset it; not if that has just fallen silent."""
        errors = {self._up.source_error, self._down.sink_error}
        return self._up.has_source_ended and errors <= _CLOSED

    def close(self) -> None:
        """Cut both connections; doing so again changes nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._linger is not None:
            self._linger.cancel()
        for way in (self._up, self._down):
            way.stop()
        for end in self._sockets:
            end.close()
        self._on_close(self)

    def _one_ended(self) -> None:
        if self._up.is_ended and self._down.is_ended:
            self.close()
        elif self._linger is None:
            # Not at once: to close a socket with unread data in it takes back what was sent, such as a last status.
            self._linger = asyncio.get_running_loop().call_later(LINGER_S, self.close)
