"""The gateway's table of sessions, and what it remembers of those that have ended."""

from __future__ import annotations

import asyncio
import collections
import hmac
import math
import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from ray_client_proto.v1.gateway_pb2 import ClientInfo, OpenSessionProgress
from ray_client_proto.wire.texts import shown
from ray_client_server.config import Limits
from ray_client_server.errors import LimitExceededError, ServerError, SessionEndedError, UnknownSessionError
from ray_client_server.gateway.proofs import Proofs
from ray_client_server.observability.logs import EventLog

log = EventLog("sessions")

#: Answers of unary forms, of one session, that the gateway holds at a time while their client makes room for them.
ANSWERS: Final = 4

#: Where there are as many sessions as there may be, one that is ready and nobody has come to for so long gives way.
UNUSED_S: Final = 5.0


class DriverProcess(Protocol):
    """The process that a session runs in, however it was started."""

    @property
    def pid(self) -> int: ...

    def kill(self) -> None:
        """End it at once; once it has ended this changes nothing."""

    async def wait(self) -> str:
        """Wait until it has ended, and say how, as in `exit code 1`."""


class ControlLink(Protocol):
    """The gateway's end of a driver's control socket."""

    def send(self, order: dict[str, Any]) -> None:
        """Queue one order; when the driver is gone this changes nothing."""


@dataclass(eq=False)
class Session:
    """One session as the gateway sees it. The event loop's thread owns it."""

    session_id: str
    secret: bytes = field(repr=False)
    client: ClientInfo
    namespace: str
    socket_path: str
    log_path: str
    lease_s: float
    opened_at_s: float
    stage: OpenSessionProgress.Stage = OpenSessionProgress.QUEUED
    job_id: str = ""
    opened_by: str = ""  #: who has the client's share of places
    is_attached: bool = False
    is_used: bool = False  #: somebody has come to it with its secret
    ready_at_s: float = math.inf
    is_process_known: bool = False  #: its client is a process of this machine
    reset_s: float = math.inf  #: how long it is kept once its client has closed every connection
    connections: set[str] = field(default_factory=set)  #: those that carry its data, by the addresses they come from
    closed_at_s: float | None = None  #: when the last of them was closed by its client, or reset
    driver_pid: int = 0
    process: DriverProcess | None = None
    link: ControlLink | None = None
    proofs: Proofs = field(default_factory=Proofs, repr=False)
    calls: int = 0  #: that are relayed now
    answers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ANSWERS), repr=False)
    packages: set[str] = field(default_factory=set)  #: hashes of those that it uses
    end_reason: str = ""
    #: Resolves with the driver's `ready` event, or with what went wrong before it.
    ready: asyncio.Future[dict[str, Any]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    #: Set once the session is over, after which calls to it fail.
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    failure: ServerError | None = None

    def connect(self, peer: str) -> None:
        """Take note of a connection, from this address, that is for the session's data."""
        self.connections.add(peer)
        self.closed_at_s = None

    def disconnect(self, peer: str, was_closed: bool) -> None:
        """Take note that a connection is gone, by its client's doing or in silence."""
        if peer in self.connections:
            self.connections.remove(peer)
            self.closed_at_s = time.monotonic() if was_closed and not self.connections else None


@dataclass(frozen=True)
class EndedSession:
    """What is remembered of a session."""

    secret: bytes = field(repr=False)
    reason: str


class SessionTable:
    """Sessions by id: those that live, and the last few that ended.

    Invariant: a session is in exactly one of the two. Not thread-safe: the event loop owns it.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._live: dict[str, Session] = {}
        self._ended: collections.OrderedDict[str, EndedSession] = collections.OrderedDict()

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._live.values()))

    def reserve(self, client: ClientInfo, namespace: str, lease_s: float, directory: str) -> Session:
        """Enter a new session with an id and a secret of its own, in the stage QUEUED.

        Raises:
            LimitExceededError: there are as many as there may be; nothing changed.
        """
        if self.is_full:
            raise LimitExceededError("sessions", self._limits.sessions, f"{len(self._live)} sessions are open")
        session_id = str(uuid.uuid4())
        short_id = session_id.replace("-", "")[:16]  # a unix socket's path has 107 characters at most
        session = Session(
            session_id=session_id,
            secret=secrets.token_bytes(32),
            client=client,
            namespace=namespace,
            socket_path=f"{directory}/s/{short_id}",
            log_path=f"{directory}/logs/driver-{session_id}.log",
            lease_s=lease_s,
            opened_at_s=time.monotonic(),
        )
        self._live[session_id] = session
        return session

    def least_wanted(self, opener: str) -> Session | None:
        """Give the session that gives way to a new one of this client, where it would be one too many.

        Nobody has come to it: for long, or else its client has more of these than the new one's would have, and it is
        the last of them.
        """
        unused = [session for session in reversed(self._live.values()) if not session.is_used]
        longest = min(unused, key=lambda session: session.ready_at_s, default=None)
        if longest is None or time.monotonic() - longest.ready_at_s >= UNUSED_S:
            return longest
        of_each = collections.Counter(session.opened_by for session in unused)
        of_most = [session for session in unused if of_each[session.opened_by] > of_each[opener] + 1]
        return max(of_most, key=lambda session: of_each[session.opened_by], default=None)

    @property
    def is_full(self) -> bool:
        """Whether there are as many as there may be."""
        return len(self._live) >= self._limits.sessions

    def get(self, session_id: str) -> Session | None:
        """Give a live session to those who need no secret: the gateway's own parts."""
        return self._live.get(session_id)

    def find(self, session_id: str, secret: bytes) -> Session:
        """Give a live session to whoever has its secret.

        Raises:
            UnknownSessionError: there is none with this id and secret, and none is remembered.
            SessionEndedError: it has ended.
        """
        return self.find_by(session_id, lambda known: hmac.compare_digest(known, secret))

    def find_by(self, session_id: str, is_secret: Callable[[bytes], bool]) -> Session:
        """Give a live session to whoever has shown to have its secret, as `is_secret` tells of the right one.

        Raises:
            UnknownSessionError: there is none with this id and secret, and none is remembered.
            SessionEndedError: it has ended.
        """
        session = self._live.get(session_id)
        if session is not None:
            if not is_secret(session.secret):
                raise UnknownSessionError()
            return session
        ended = self._ended.get(session_id)
        if ended is None or not is_secret(ended.secret):
            raise UnknownSessionError()
        raise SessionEndedError(session_id, ended.reason)

    def disconnect(self, peer: str, was_closed: bool) -> None:
        """Tell the session that the connection was for, if it was for one."""
        for session in self._live.values():
            session.disconnect(peer, was_closed)

    def end(self, session: Session, reason: str, failure: ServerError | None = None) -> None:
        """Move a session to those that have ended; doing so twice changes nothing."""
        if self._live.pop(session.session_id, None) is None:
            return
        reason = shown(reason)
        session.end_reason = reason
        session.failure = failure or SessionEndedError(session.session_id, reason)
        self._ended[session.session_id] = EndedSession(session.secret, reason)
        while len(self._ended) > self._limits.remembered_sessions:
            self._ended.popitem(last=False)
        session.ended.set()
        if not session.ready.done():
            session.ready.set_exception(session.failure)
            session.ready.exception()  # whoever opened it may be gone: asyncio would complain
        log.info(
            "session.ended",
            session=session.session_id,
            reason=reason,
            age_s=f"{time.monotonic() - session.opened_at_s:.1f}",
        )
