"""A port of this machine that leads to one on the cluster's side, through a session (docs/protocol.md, F1 to F6).

Only the client has these; the code is here since its own wheel is to stay small.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Protocol

from ray_client_proto.ports import CAPABILITY, CONNECTIONS, PortSocket, Target, carry, will_reset
from ray_client_proto.sockets import QUIET_S, ClosedError
from ray_client_proto.threads import Thread
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.texts import escaped

log = logging.getLogger("ray_client")

HERE: Final = "127.0.0.1"  #: nobody on another machine reaches a forwarded port
_SIGN_S: Final = QUIET_S / 2
_LOOK_S: Final = 0.1  #: the main thread must look whether it was interrupted


class Peer(Protocol):
    """The server, as far as it matters here."""

    def require(self, capability: str, doing: str) -> None: ...


class Session(Protocol):
    """The client's session, as far as ports are forwarded through it."""

    @property
    def peer(self) -> Peer: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def closers(self) -> set[Callable[[], object]]: ...
    @property
    def open_port(self) -> Callable[[], PortSocket] | None: ...


class Refused(Protocol):
    """Makes the error for a port that cannot be reached."""

    def __call__(self, host: str, port: int, reason: str) -> Exception: ...


class Forwarding:
    """A port of this machine whose connections go on from the session's driver to a port there.

    It is there until `close`, the end of a `with` block, or that of the session. Safe from any thread.
    """

    def __init__(self, session: Session, refused: Refused, port: int, host: str = HERE, local_port: int = 0) -> None:
        """Begin to listen.

        Args:
            session: the session.
            refused: makes the errors.
            port: on the cluster's side.
            host: as the driver's node knows it.
            local_port: here; 0: one that is free.

        Raises:
            ValueError: there is no such port.
            ServerTooOldError: the server cannot do this.
            OSError: the port here is taken; or no connection leads to the driver, or the server's operator forbids it.
        """
        if not 0 < port < 1 << 16:
            raise ValueError(f"port is {port}; ports are 1 to 65535")
        session.peer.require(CAPABILITY, "forward ports")
        self._session, self._refused, self._target = session, refused, Target(host, port)
        self._places = threading.Semaphore(CONNECTIONS)
        self._lock = threading.Lock()  # of what is open
        self._open: set[PortSocket] = set()
        self._closed, self._pid = threading.Event(), os.getpid()
        self._said = ""
        self._check_session()
        self._connect(Target("", 0)).release()  # so that what cannot be is said here
        self._listener = socket.create_server((HERE, local_port))
        self.local_port: int = self._listener.getsockname()[1]
        session.closers.add(self.close)
        try:
            self._check_session()  # after that: its end is seen here or there
        except OSError:
            self.close()
            raise
        for name, target in (("forward", self._accept), ("forward-signs", self._give_signs)):
            Thread(f"ray-client-{name}", target).start()

    @property
    def address(self) -> str:
        """What to connect to, such as `127.0.0.1:43210`."""
        return f"{HERE}:{self.local_port}"

    @property
    def url(self) -> str:
        """The same for a browser."""
        return f"http://{self.address}"

    def wait(self) -> None:
        """Wait until it is closed, as it is at the end of the session; Ctrl-C ends the wait."""
        while not self._closed.wait(_LOOK_S):
            pass

    def close(self) -> None:
        """Take no more connections, and cut those there are; may be repeated. In a forked child: nothing."""
        if os.getpid() != self._pid or self._closed.is_set():
            return
        self._closed.set()
        self._session.closers.discard(self.close)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        with self._lock:
            for tunnel in self._open:
                tunnel.close()

    def __enter__(self) -> Forwarding:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed.is_set() else "open"
        return f"<{self.address} leads to {self._target.host}:{self._target.port} on the cluster ({state})>"

    def __reduce__(self) -> Any:
        raise TypeError("a forwarded port belongs to this process")

    def _accept(self) -> None:
        while True:
            self._places.acquire()  # more wait in the system's queue
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return  # closed
            Thread("ray-client-port", self._serve, plain).start()

    def _give_signs(self) -> None:
        """Tell the driver that this side is there: the threads of connections may wait for slow readers (S5)."""
        while not self._closed.wait(_SIGN_S):
            with self._lock:
                open_now = tuple(self._open)
            for tunnel in open_now:
                tunnel.ping()

    def _serve(self, plain: socket.socket) -> None:
        with plain:
            try:
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                tunnel = self._connect(self._target)
                try:
                    self._carry(tunnel, plain)
                finally:
                    tunnel.close()
                    tunnel.release()
            except OSError as error:
                will_reset(plain)
                if not self._closed.is_set() and self._said != str(error):  # a browser asks again and again
                    self._said = str(error)
                    log.warning("forward.refused because=%s", error)
            finally:
                self._places.release()

    def _carry(self, tunnel: PortSocket, plain: socket.socket) -> None:
        self._said = ""
        with self._lock:
            if self._closed.is_set():
                raise OSError("it was closed meanwhile")
            self._open.add(tunnel)
        try:
            carry(tunnel, plain)
        finally:
            with self._lock:
                self._open.discard(tunnel)

    def _connect(self, target: Target) -> PortSocket:
        """Open a connection to the driver, which has connected to the target.

        Raises:
            OSError: it could not; what `refused` makes is one.
        """
        if self._session.open_port is None:
            raise self._refuse("this session has no connections of its own, only calls over gRPC")
        try:
            tunnel = self._session.open_port()
        except (OSError, ValueError) as error:
            raise self._refuse(f"no connection leads to the session's driver: {error}") from error
        try:
            tunnel.send(target.encode())
            if tunnel.receive(memoryview(bytearray(1))) != 0:
                raise ProtocolError("F2: the first message is empty")
        except BaseException as error:
            tunnel.close()
            tunnel.release()
            if isinstance(error, (OSError, ProtocolError)):
                reason = escaped(error.reason) if isinstance(error, ClosedError) else str(error)
                raise self._refuse(reason) from error
            raise
        return tunnel

    def _check_session(self) -> None:
        if not self._session.is_open:
            raise self._refuse("the session has ended")

    def _refuse(self, reason: str) -> Exception:
        return self._refused(*self._target, reason)
