"""Errors of this package; those that Ray itself raises are in `ray_client.exceptions`.

    RayClientError
    ├── NotConnectedError           (RuntimeError)    no session is open
    ├── ConnectError                (ConnectionError) a session could not be opened
    │   ├── AddressError            (ValueError)      the address makes no sense
    │   ├── UnreachableError                          nothing answers at the address
    │   ├── ConnectTimeoutError     (TimeoutError)    the gateway took longer than allowed
    │   ├── WrongPeerError                            something else listens there
    │   ├── AuthenticationError                       no token, or a wrong one
    │   ├── IncompatibleVersionError                  the two sides share no protocol version
    │   ├── ServerBusyError                           a limit of the server is reached
    │   ├── ServerDrainingError                       the gateway is shutting down
    │   ├── SessionOpenError                          the session's driver could not be started
    │   └── EmbeddedServerError                       the local server could not be started
    ├── SessionError
    │   ├── SessionLostError        (ConnectionError) the session ended without being asked to
    │   ├── SessionClosedError                        the session was closed here
    │   ├── SessionTakenOverError                     another process attached to the session
    │   ├── WrongSessionError       (ValueError)      a handle of one session was used in another
    │   └── ForkedProcessError      (RuntimeError)    the session belongs to the parent process
    ├── PicklingError               (pickle.PicklingError, TypeError) a value cannot be pickled here
    ├── UnpicklingError             (pickle.UnpicklingError) a value cannot be unpickled, here or there
    │   └── MissingModuleError      (ModuleNotFoundError) a module that it needs is not there
    ├── OpaqueObjectError           (TypeError)       an object of the cluster's ray was used here
    ├── UnknownNameError            (AttributeError)  this package has no such name
    ├── RayInstalledError           (RuntimeError)    `import ray` cannot give this package
    ├── UnknownObjectError          (LookupError)     the session no longer has this object
    ├── InvalidRequestError         (ValueError)      the server says that a request makes no sense
    ├── LimitExceededError                            a request is larger than the server allows
    ├── PackageError                (ValueError)      a directory cannot be packed
    │   └── PackageTooLargeError                      it is larger than allowed
    ├── ProtocolViolationError                        one side broke a rule of docs/protocol.md
    └── ServerFaultError                              the server failed in a way that it should not

Each carries what its message says as fields too, and survives pickling and copying.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any


def _restore(cls: type[RayClientError], args: tuple[Any, ...], fields: dict[str, Any]) -> RayClientError:
    """Give the pickled error again; its message is part of it, so no constructor has to run."""
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(fields)
    return error


class RayClientError(Exception):
    """Anything that goes wrong between this process and the cluster."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__.copy())


class NotConnectedError(RayClientError, RuntimeError):
    """No session is open."""

    def __init__(self, doing: str) -> None:
        super().__init__(f"{doing} needs a session, and none is open; call ray_client.init(...) first")
        self.doing = doing


class ConnectError(RayClientError, ConnectionError):
    """A session could not be opened; nothing was left behind."""


class AddressError(ConnectError, ValueError):
    """The address makes no sense."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"cannot use the address {address!r}: {reason}; write it as ray://host:port")
        self.address, self.reason = address, reason


class UnreachableError(ConnectError):
    """Nothing answers at the address."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"no server answers at {address}: {reason}; check the address, that `ray-client-server start` runs there "
            "(its port is 20001 unless told otherwise), and that no firewall is between"
        )
        self.address, self.reason = address, reason


class ConnectTimeoutError(ConnectError, TimeoutError):
    """The gateway answered, but opening took longer than allowed."""

    def __init__(self, address: str, doing: str, timeout_s: float) -> None:
        super().__init__(
            f"{address} did not finish within {timeout_s:g} s while {doing}; allow more with "
            "init(connect_timeout_s=...), or see the server's log"
        )
        self.address, self.doing, self.timeout_s = address, doing, timeout_s


class WrongPeerError(ConnectError):
    """Something else than a gateway listens at the address; `peer` names it."""

    def __init__(self, address: str, peer: str, advice: str) -> None:
        super().__init__(f"{address} is not a ray-client gateway but {peer}; {advice}")
        self.address, self.peer, self.advice = address, peer, advice


class AuthenticationError(ConnectError):
    """The gateway wants a token and has not got the right one."""

    def __init__(self, reason: str, has_token: bool) -> None:
        sent = "the token that was sent is not the server's" if has_token else "no token was sent"
        super().__init__(
            f"the server refused this client ({reason or sent}): {sent}; pass init(token=...), or set RAY_CLIENT_TOKEN "
            "or RAY_CLIENT_TOKEN_PATH"
        )
        self.reason, self.has_token = reason, has_token


class IncompatibleVersionError(ConnectError):
    """The two sides share no protocol version."""

    def __init__(self, client_version: str, client_protocol: str, server_version: str, server_protocol: str) -> None:
        super().__init__(
            f"ray-client {client_version} speaks protocol {client_protocol} and ray-client-server {server_version} "
            f"speaks {server_protocol}; upgrade the older of the two"
        )
        self.client_version, self.client_protocol = client_version, client_protocol
        self.server_version, self.server_protocol = server_version, server_protocol


class ServerBusyError(ConnectError):
    """A limit of the server is reached, such as the number of sessions."""

    def __init__(self, limit: str, value: str, flag: str) -> None:
        super().__init__(
            f"the server's limit for {limit} is reached ({value}); try again later, or start the server with a "
            f"higher {flag}"
        )
        self.limit, self.value, self.flag = limit, value, flag


class ServerDrainingError(ConnectError):
    """The gateway is shutting down and opens no sessions."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the server is shutting down ({reason}); connect again once it has been started anew")
        self.reason = reason


class SessionOpenError(ConnectError):
    """The session's driver could not be started; `code` is the protocol's name for why."""

    def __init__(self, code: str, reason: str) -> None:
        advice = {
            "RUNTIME_ENV_FAILED": "correct the runtime_env",
            "CLUSTER_UNREACHABLE": "check that the Ray cluster runs",
        }.get(code, "see the driver's log on the server")
        super().__init__(f"the server could not start a driver for this session ({code}): {reason}; {advice}")
        self.code, self.reason = code, reason


class EmbeddedServerError(ConnectError):
    """The local server could not be started."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(f"cannot start a local server: {reason}; {advice}")
        self.reason, self.advice = reason, advice


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


class PicklingError(RayClientError, pickle.PicklingError, TypeError):
    """A value cannot be pickled, so it cannot be sent."""

    def __init__(self, what: str, reason: str, advice: str = "pass something else, or make it inside the task") -> None:
        super().__init__(f"cannot pickle {what}: {reason}; {advice}")
        self.what, self.reason, self.advice = what, reason, advice


class UnpicklingError(RayClientError, pickle.UnpicklingError):
    """A value cannot be unpickled; `side` is `client` or `cluster`."""

    def __init__(self, what: str, side: str, reason: str, missing_module: str = "") -> None:
        advice = "make sure that both sides have the same packages"
        if missing_module:
            here = "in this environment" if side == "client" else "on the cluster, or add it with runtime_env"
            advice = f"install the package of {missing_module!r} {here}"
        super().__init__(f"cannot unpickle {what} on the {side}: {reason}; {advice}")
        self.what, self.side, self.reason, self.missing_module = what, side, reason, missing_module


class MissingModuleError(UnpicklingError, ModuleNotFoundError):
    """A value cannot be unpickled since a module is missing on that `side`, `client` or `cluster`; `line` mends it."""

    def __init__(self, module: str, side: str, what: str, wanted: str, line: str) -> None:
        reason = f"No module named {module!r}"
        needed = f", which {wanted} is in" if wanted else ""
        RayClientError.__init__(self, f"cannot unpickle {what} on the {side}: {reason} there{needed}; add {line}")
        self.what, self.side, self.reason, self.missing_module = what, side, reason, module
        self.wanted, self.line = wanted, line

    @property
    def name(self) -> str:  # type: ignore[override]  # of ImportError, which would lose it in a pickle
        return self.missing_module


class OpaqueObjectError(RayClientError, TypeError):
    """An object of the cluster's ray, which has no counterpart here, was used other than by passing it on."""

    def __init__(self, what: str, doing: str) -> None:
        super().__init__(
            f"{what} exists only on the cluster, so this process cannot {doing}; pass it to a task or an actor and use "
            "it there"
        )
        self.what, self.doing = what, doing


class UnknownNameError(RayClientError, AttributeError):
    """This package has no such name; `exists_in_ray` tells whether Ray has."""

    def __init__(self, full_name: str, exists_in_ray: bool, advice: str) -> None:
        says = "is part of Ray but not of ray_client" if exists_in_ray else "is neither in ray_client nor in Ray"
        super().__init__(f"{full_name} {says}; {advice}")
        self.full_name, self.exists_in_ray, self.advice = full_name, exists_in_ray, advice


class RayInstalledError(RayClientError, RuntimeError):
    """`import ray` cannot give this package, since the real ray is here; `is_imported` tells whether it is in use."""

    def __init__(self, location: str, is_imported: bool) -> None:
        advice = "say install(force=True) or `python -m ray_client run --force` to have ray_client all the same"
        if is_imported:
            advice = "call ray_client.dropin.install() before anything imports it"
        happened = "imported already from" if is_imported else "installed here in"
        super().__init__(f"`import ray` cannot give ray_client: the real ray was {happened} {location}; {advice}")
        self.location, self.is_imported = location, is_imported


class UnknownObjectError(RayClientError, LookupError):
    """The session does not have this object, or no longer."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; keep the ObjectRef for as long as its value is needed")
        self.reason = reason


class InvalidRequestError(RayClientError, ValueError):
    """The server says that a request makes no sense."""


class LimitExceededError(RayClientError):
    """A request is larger than the server allows."""

    def __init__(self, reason: str, limit: str, value: str, flag: str) -> None:
        advice = f"send less, or start the server with a higher {flag}" if flag else "send less"
        super().__init__(f"{reason} (limit for {limit}: {value}); {advice}")
        self.reason, self.limit, self.value, self.flag = reason, limit, value, flag


class PackageError(RayClientError, ValueError):
    """A directory of runtime_env cannot be packed."""

    def __init__(self, path: str, reason: str, advice: str) -> None:
        super().__init__(f"cannot pack {path!r} for the cluster: {reason}; {advice}")
        self.path, self.reason, self.advice = path, reason, advice


class PackageTooLargeError(PackageError):
    """A directory of runtime_env is larger than allowed; `largest` has its largest files."""

    def __init__(self, path: str, size_bytes: int, limit_bytes: int, largest: Sequence[tuple[str, int]]) -> None:
        listed = ", ".join(f"{name} ({size / 2**20:.1f} MiB)" for name, size in largest)
        super().__init__(
            path,
            f"it has {size_bytes / 2**20:.1f} MiB and the limit is {limit_bytes / 2**20:.1f} MiB",
            f"leave out what the cluster does not need with runtime_env['excludes'] or .gitignore; largest: {listed}",
        )
        self.size_bytes, self.limit_bytes, self.largest = size_bytes, limit_bytes, tuple(largest)


class ProtocolViolationError(RayClientError):
    """One side broke a rule of docs/protocol.md; `reason` cites its number."""

    def __init__(self, session_id: str, reason: str) -> None:
        where = f"session {session_id}: " if session_id else ""
        super().__init__(f"{where}{reason}; this is a fault in ray-client or ray-client-server, please report it")
        self.session_id, self.reason = session_id, reason


class ServerFaultError(RayClientError):
    """The server failed in a way that it should not; `status` names the failure."""

    def __init__(self, doing: str, status: str, reason: str) -> None:
        super().__init__(f"the server failed with {status} while {doing}: {reason}; see its log, and please report it")
        self.doing, self.status, self.reason = doing, status, reason
