"""TLS on a connected socket, for one thread that receives and others that send (docs/protocol.md, rules S7 and S8).

A TLS object is not safe for two threads at once. So ours has no socket: it turns bytes into bytes, in memory, under a
lock that nobody holds while the network is waited for. Else two ends that both send a lot would stand still: each
writer would wait for the other end's reader, and that one for its writer's lock.

How a stream ends, its messages say: neither a closing alert of TLS nor the lack of one means more than a cut.
"""

from __future__ import annotations

import contextlib
import hmac
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Final

_PIECE_BYTES: Final = 256 * 1024  #: encrypted at a time, and read from the network at a time
_RECORD_BYTES: Final = 16 * 1024  #: what one record of TLS carries at most
_NO_PASSWORD: Final = b""  #: a key that wants one is an error, and no question on a terminal
_TOO_LONG: Final = "the peer took too long to begin with TLS"
_DONT_WAIT: Final = getattr(socket, "MSG_DONTWAIT", 0)


class TlsSocket:
    """Takes the place of a connected socket, which it owns. One thread receives; any may send, or end it."""

    def __init__(
        self, connection: socket.socket, context: ssl.SSLContext, server_name: str | None, first: bytes, until: float
    ) -> None:
        """Shake hands; `server_name` is None at the server, and `first` was read before. `until` is of `monotonic`.

        Raises:
            OSError: the peer is not who it should be, speaks no TLS, went, or took too long.
        """
        self._socket = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_name is None, server_name)
        self._lock = threading.Lock()  # of the three above; only ever held for work in memory
        # Held while bytes go out, which may take long: what was encrypted first must go first. No reader takes it.
        self._writing = threading.Lock()
        self._unsent = memoryview(b"")  # of the writers: encrypted, and not with the system yet
        self._ahead_bytes = 0  # of the writers: encrypted, but not counted when the caller was told what went
        self._received = memoryview(bytearray(_PIECE_BYTES))  # of the reader, as are the next three
        self._record = memoryview(bytearray(_RECORD_BYTES))
        self._ready = self._record[:0]  # decrypted, and not fetched yet
        self._has_more = False  # whether more was there when that was decrypted
        self._incoming.write(first)
        self._shake_hands(until)

    def _shake_hands(self, until: float) -> None:
        while True:
            self._socket.settimeout(_left_s(until))
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._feed(_left_s(until))
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self._flush(_DONT_WAIT)  # an alert, from which the peer learns why
                raise
            else:
                if not self._flush():
                    raise TimeoutError(_TOO_LONG)
                self._socket.settimeout(None)
                return

    def fileno(self) -> int:
        """Give the socket's file. That it is not readable does not mean that nothing is there: see `is_readable`."""
        return self._socket.fileno()

    def settimeout(self, within_s: float | None) -> None:
        """Bound how long a call waits for the network, as of a socket; what it has sent until then is counted."""
        self._socket.settimeout(within_s)

    def is_readable(self, within_s: float) -> bool:
        """Tell whether something can be received without waiting; waits for it while bytes come, each time this long.

        Raises:
            OSError: the connection is gone.
        """
        while not self._ready:
            size_bytes = self._decrypt(self._record)
            if size_bytes == 0:
                return True  # the end
            if size_bytes is not None:
                self._ready = self._record[:size_bytes]
            elif not is_ready(self._socket, within_s):
                return False
            else:
                self._feed(None)
        return True

    def recv(self, size_bytes: int) -> bytes:
        """Give at most so many bytes; none at the end.

        Raises:
            OSError: the connection is gone.
        """
        if self._ready and not self._has_more:  # as with small messages, which each have a record of their own
            data, self._ready = bytes(self._ready[:size_bytes]), self._ready[size_bytes:]
            return data
        into = bytearray(min(size_bytes, _PIECE_BYTES))
        return bytes(memoryview(into)[: self.recv_into(into)])

    def recv_into(self, buffer: bytearray | memoryview) -> int:
        """Fill a buffer as far as there is something; give how many bytes came, which is 0 at the end.

        Raises:
            OSError: the connection is gone.
        """
        into, size_bytes = memoryview(buffer).cast("B"), 0
        if self._ready:
            size_bytes = min(len(self._ready), len(into))
            into[:size_bytes], self._ready = self._ready[:size_bytes], self._ready[size_bytes:]
            if not self._has_more or size_bytes == len(into):
                return size_bytes
        while (more_bytes := self._decrypt(into[size_bytes:])) is None:
            if size_bytes:
                return size_bytes
            self._feed(None)
        return size_bytes + more_bytes

    def recv_exactly(self, size_bytes: int, until: float) -> bytes:
        """Give so many bytes, which must all be there at a time of `monotonic`.

        Raises:
            OSError: they were not, or the connection is gone.
        """
        into = memoryview(bytearray(size_bytes))
        done_bytes = 0
        while done_bytes < size_bytes:
            piece_bytes = self._decrypt(into[done_bytes:])
            if piece_bytes is None:
                self._feed(_left_s(until))
            elif piece_bytes:
                done_bytes += piece_bytes
            else:
                raise ConnectionResetError("the connection was closed")
        return bytes(into)

    def _decrypt(self, into: memoryview) -> int | None:
        """Decrypt what is there; give how much it was, 0 at the end, and None while no record is whole.

        Raises:
            OSError: what came is no TLS.
        """
        done_bytes = 0
        with self._lock:
            try:
                while done_bytes < len(into):
                    size_bytes = self._tls.read(len(into) - done_bytes, into[done_bytes:])
                    done_bytes += size_bytes  # type: ignore[operator]
                    self._has_more = bool(self._incoming.pending or self._tls.pending())
                    if not size_bytes or not self._has_more:
                        break
            except ssl.SSLWantReadError:
                self._has_more = False
                return done_bytes or None
            except ssl.SSLEOFError:
                return done_bytes  # as without TLS: what the end means, messages say
            except ssl.SSLError:
                if not done_bytes:  # what came before comes first; the error is there again the next time
                    raise
        return done_bytes

    def _feed(self, within_s: float | None) -> None:
        """Wait for bytes of the peer's, and take them in. Nothing is locked meanwhile: who sends may go on.

        Raises:
            OSError: none came within this time, or the connection is gone.
        """
        if within_s is not None and not is_ready(self._socket, within_s):
            raise TimeoutError(_TOO_LONG)
        size_bytes = self._socket.recv_into(self._received)
        with self._lock:
            if size_bytes:
                self._incoming.write(self._received[:size_bytes])
            else:
                self._incoming.write_eof()

    def sendall(self, data: bytes | memoryview) -> None:
        """Send it all; waits while the peer does not read.

        Raises:
            OSError: the connection is gone.
        """
        left = memoryview(data).cast("B")
        while (sent_bytes := self.sendmsg((left,))) < len(left):
            left = left[sent_bytes:]

    def send(self, data: bytes | memoryview, flags: int = 0) -> int:
        """Send, as `sendmsg` of one buffer.

        Raises:
            OSError: the connection is gone.
        """
        return self.sendmsg((data,), (), flags)

    def sendmsg(self, buffers: Iterable[bytes | memoryview], ancillary: tuple[()] = (), flags: int = 0) -> int:
        """Send one buffer after the other; give how many bytes went, which may be less than all, as of a socket.

        Who is told that a part went must go on with the rest, as with every stream.

        Raises:
            BlockingIOError: with `MSG_DONTWAIT`, where nothing can go now.
            TimeoutError: nothing could go in the time that a call may take.
            OSError: the connection is gone.
        """
        is_patient = not flags & _DONT_WAIT
        if not self._writing.acquire(blocking=is_patient):
            raise BlockingIOError("somebody else is sending")
        try:
            # Asked before anything is encrypted: what is, has to go.
            if not self._flush(flags):
                raise TimeoutError("timed out") if is_patient else BlockingIOError("the connection takes nothing now")
            if not is_patient and not is_ready(self._socket, 0, select.POLLOUT):
                raise BlockingIOError("the connection takes nothing now")
            return self._send_pieces(buffers, flags)
        finally:
            self._writing.release()

    def _send_pieces(self, buffers: Iterable[bytes | memoryview], flags: int) -> int:
        """Do it, for whoever holds the lock of the writers."""
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        sent_bytes = min(self._ahead_bytes, sum(map(len, views)))
        self._ahead_bytes -= sent_bytes
        for piece in _pieces(views, sent_bytes):
            self._encrypt(piece)
            sent_bytes += len(piece)
            if not self._flush(flags):
                # The caller comes again with the last byte, and so for what the system did not take. Else it would
                # believe that all is on its way, and perhaps never send again.
                self._ahead_bytes = 1
                return sent_bytes - 1
        return sent_bytes

    def _encrypt(self, piece: memoryview) -> None:
        with self._lock:
            while piece:
                piece = piece[self._tls.write(piece) :]

    def _flush(self, flags: int = 0) -> bool:
        """Hand over to the system what is encrypted; tell whether it took it all in the time that there was."""
        while True:
            if not self._unsent:
                with self._lock:
                    self._unsent = memoryview(self._outgoing.read())
                if not self._unsent:
                    return True
            try:
                self._unsent = self._unsent[self._socket.send(self._unsent, flags) :]
            except (BlockingIOError, TimeoutError):
                return False

    def shutdown(self, how: int) -> None:
        """Shut the connection down, as a socket; that wakes whoever waits for it.

        Raises:
            OSError: it is gone.
        """
        self._socket.shutdown(how)

    def close(self) -> None:
        """Give the socket's file back."""
        self._socket.close()


def connect(
    connection: socket.socket, context: ssl.SSLContext, server_name: str, secret: bytes, within_s: float
) -> TlsSocket:
    """Begin TLS as the client, and then say the secret, if there is one to say (rule S7).

    Raises:
        OSError: the peer is not who it should be, speaks no TLS, went, or took too long.
    """
    encrypted = TlsSocket(connection, context, server_name, b"", time.monotonic() + within_s)
    encrypted.sendall(secret)
    return encrypted


def accept(
    connection: socket.socket, context: ssl.SSLContext, secret: bytes, first: bytes, within_s: float
) -> TlsSocket:
    """Begin TLS as the server, of whose bytes `first` are there already; the client has to say the secret (rule S7).

    Raises:
        OSError: the client does not know it, is not let in, went, or took too long for all of this.
    """
    until = time.monotonic() + within_s
    encrypted = TlsSocket(connection, context, None, first, until)
    if not hmac.compare_digest(encrypted.recv_exactly(len(secret), until), secret):
        raise ConnectionRefusedError("the client does not know the session's secret")
    return encrypted


def client_context(ca_path: str | None, certificate_path: str | None, key_path: str | None) -> ssl.SSLContext:
    """Give what a client verifies servers with, and shows of itself; without `ca_path` by the system's authorities.

    Raises:
        OSError: a file cannot be read, or is not what it should be.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # which verifies certificates and names
    _set_up(context, ca_path)
    if ca_path is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if certificate_path is not None:
        context.load_cert_chain(certificate_path, key_path, _NO_PASSWORD)
    return context


def server_context(certificate_path: str, key_path: str, client_ca_path: str | None) -> ssl.SSLContext:
    """Give what a server shows; with `client_ca_path`, clients must show a certificate that it signed.

    Raises:
        OSError: a file cannot be read, or is not what it should be.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _set_up(context, client_ca_path)
    if client_ca_path is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(certificate_path, key_path, _NO_PASSWORD)
    context.num_tickets = 0  # nobody comes back with one
    return context


def _set_up(context: ssl.SSLContext, ca_path: str | None) -> None:
    """Have a context do as gRPC does, which is asked on the same port: what it takes must be taken here too."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION  # in which a writer would have to wait for the reader
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the authority need not be one that signed itself
    if ca_path is not None:
        context.load_verify_locations(ca_path)


def is_ready(connection: socket.socket, within_s: float, event: int = getattr(select, "POLLIN", 1)) -> bool:
    """Tell whether a socket can be read from, or written to, within this time."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(connection, event)
        return bool(poll.poll(within_s * 1000))
    return bool(select.select([connection], [], [], within_s)[0])  # Windows, where nobody asks for more than to read


def _left_s(until: float) -> float:
    """Give what is left of a time.

    Raises:
        TimeoutError: nothing.
    """
    left_s = until - time.monotonic()
    if left_s <= 0:
        raise TimeoutError(_TOO_LONG)
    return left_s


def _pieces(views: Iterable[memoryview], skip_bytes: int) -> Iterator[memoryview]:
    """Give buffers in pieces that are encrypted at once, without the first few bytes."""
    for view in views:
        skipped_bytes = min(skip_bytes, len(view))
        skip_bytes -= skipped_bytes
        for start in range(skipped_bytes, len(view), _PIECE_BYTES):
            yield view[start : start + _PIECE_BYTES]
