"""A session that is not there, or could not be opened."""

from __future__ import annotations

from ray_client.errors.base import RayClientError
from ray_client.exceptions import RaySystemError


class NotConnectedError(RayClientError, RuntimeError, RaySystemError):
    """No session is open, and none could be opened by itself: for that `RAY_ADDRESS` has to say where.

    As in Ray, the first call opens a session; what only asks about the cluster (`nodes`, `cluster_resources`,
    `available_resources`, `timeline`, locations of objects) does not.
    """

    def __init__(self, doing: str) -> None:
        super().__init__(
            f'{doing} needs a session, and none is open; call ray_client.init("ray://host:port") first, or set '
            "RAY_ADDRESS, where the first task, actor or put() then opens one"
        )
        self.doing = doing

    def _text(self) -> str:
        return str(self.args[0])  # without what Ray puts before it


class ConnectError(RayClientError, ConnectionError):
    """A session could not be opened; nothing was left behind."""


class AddressError(ConnectError, ValueError):
    """The address makes no sense; `source` is the variable of the environment that has it, if one has."""

    def __init__(self, address: str, reason: str, source: str = "") -> None:
        named = f" that {source} names" if source else ""
        super().__init__(f"cannot use the address {address!r}{named}: {reason}; write it as ray://host:port")
        self.address, self.reason, self.source = address, reason, source


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
