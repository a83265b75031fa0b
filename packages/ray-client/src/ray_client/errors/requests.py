"""What was asked for and cannot be had."""

from __future__ import annotations

from collections.abc import Sequence

from ray_client.errors.base import RayClientError


class UnknownNameError(RayClientError, AttributeError):
    """This package has no such name; `exists_in_ray` tells whether Ray has."""

    def __init__(self, full_name: str, exists_in_ray: bool, advice: str) -> None:
        says = "is part of Ray but not of ray_client" if exists_in_ray else "is neither in ray_client nor in Ray"
        super().__init__(f"{full_name} {says}; {advice}")
        self.full_name, self.exists_in_ray, self.advice = full_name, exists_in_ray, advice


class ClusterOnlyError(RayClientError, NotImplementedError):
    """A name of Ray's was used that only the cluster has; it may be imported, and used inside tasks and actors."""

    def __init__(self, full_name: str, advice: str) -> None:
        super().__init__(f"{full_name} is part of Ray but not of ray_client; {advice}")
        self.full_name, self.advice = full_name, advice


class ForwardingError(RayClientError, ConnectionError):
    """A port on the cluster's side cannot be reached through the session."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"port {port} of {host} cannot be reached through the session: {reason}; the address is that of the "
            "driver's side, where what serves it has to run"
        )
        self.host, self.port, self.reason = host, port, reason


class RayInstalledError(RayClientError, RuntimeError):
    """`import ray` cannot give this package, since the real ray is here; `is_imported` tells whether it is in use."""

    def __init__(self, location: str, is_imported: bool) -> None:
        advice = (
            "say install(force=True) or `python -m ray_client run --force` to have ray_client all the same; or keep "
            "ray out of this environment, also where a package needs it: `uv pip install --override` with a file "
            "that says `ray ; sys_platform == 'never'`, or `pip install --no-deps` of that package"
        )
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
