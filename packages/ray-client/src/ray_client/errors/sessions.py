"""A session that has ended, or is used where it cannot be."""

from __future__ import annotations

from ray_client.errors.base import RayClientError


class SessionError(RayClientError):
    """Something is wrong with the session, or with the use of it."""


class SessionLostError(SessionError, ConnectionError):
    """The session ended without being asked to, so every handle taken from it is dead."""

    def __init__(self, session_id: str, reason: str) -> None:
        super().__init__(f"session {session_id} is lost: {reason}; its objects are gone; call init() to open a new one")
        self.session_id, self.reason = session_id, reason


class SessionClosedError(SessionError):
    """The session was closed by this process."""

    def __init__(self, session_id: str, reason: str = "shutdown() was called") -> None:
        super().__init__(f"session {session_id} is closed: {reason}; call init() to open a new one")
        self.session_id, self.reason = session_id, reason


class SessionTakenOverError(SessionError):
    """Another process attached to the session with its id and secret; this end of it is closed for good."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"session {session_id} was attached to by another process; only one can use it at a time, so call init() "
            "here to open a new one"
        )
        self.session_id = session_id


class WrongSessionError(SessionError, ValueError):
    """A handle of one session was used in another."""

    def __init__(self, what: str, handle_session_id: str, used_session_id: str) -> None:
        super().__init__(
            f"{what} belongs to session {handle_session_id} and was used in session {used_session_id}; get its value "
            "in the first and put it into the second"
        )
        self.what, self.handle_session_id, self.used_session_id = what, handle_session_id, used_session_id


class ForkedProcessError(SessionError, RuntimeError):
    """The session was opened by a parent process, and its connection does not survive a fork."""

    def __init__(self, session_id: str, opened_pid: int, pid: int) -> None:
        super().__init__(
            f"session {session_id} was opened in process {opened_pid} and is used in its forked child {pid}; call "
            'init() in the child, or start children with multiprocessing.get_context("spawn")'
        )
        self.session_id, self.opened_pid, self.pid = session_id, opened_pid, pid
