"""Errors of this package; those that Ray itself raises are in `ray_client.exceptions`.

    RayClientError
    ├── NotConnectedError     (RuntimeError, RaySystemError) no session is open
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
    │   ├── EmbeddedServerError                       the local server could not be started
    │   └── DeployError                               a server could not be brought onto a cluster
    │       ├── DashboardError                        there is no dashboard that takes jobs from us
    │       └── NotDeployedError                      no server of ours runs there, or none within reach
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
    ├── ClusterOnlyError    (NotImplementedError) a name was used that only the cluster has
    ├── ForwardingError           (ConnectionError) a port on the cluster's side cannot be reached
    ├── RayInstalledError           (RuntimeError)    `import ray` cannot give this package
    ├── UnknownObjectError          (LookupError)     the session no longer has this object
    ├── InvalidRequestError         (ValueError)      the server says that a request makes no sense
    ├── LimitExceededError                            a request is larger than the server allows
    ├── ServerTooOldError       (NotImplementedError) the server is too old for what was asked for
    ├── RayTooOldError          (AttributeError)  the cluster's Ray is too old for what was asked for
    ├── PackageError                (ValueError)      a directory cannot be packed
    │   └── PackageTooLargeError                      it is larger than allowed
    ├── ProtocolViolationError                        one side broke a rule of docs/protocol.md
    └── ServerFaultError                              the server failed in a way that it should not

Each carries what its message says as fields too, and survives pickling and copying.
"""

from __future__ import annotations

from ray_client.errors.base import (
    RayClientError,
    _restore,  # noqa: F401 - pickles name it
)
from ray_client.errors.connecting import (
    AddressError,
    AuthenticationError,
    ConnectError,
    ConnectTimeoutError,
    EmbeddedServerError,
    NotConnectedError,
    ServerBusyError,
    ServerDrainingError,
    SessionOpenError,
    UnreachableError,
    WrongPeerError,
)
from ray_client.errors.deploying import DashboardError, DeployError, NotDeployedError
from ray_client.errors.requests import (
    ClusterOnlyError,
    ForwardingError,
    InvalidRequestError,
    LimitExceededError,
    PackageError,
    PackageTooLargeError,
    ProtocolViolationError,
    RayInstalledError,
    ServerFaultError,
    UnknownNameError,
    UnknownObjectError,
)
from ray_client.errors.sessions import (
    ForkedProcessError,
    SessionClosedError,
    SessionError,
    SessionLostError,
    SessionTakenOverError,
    WrongSessionError,
)
from ray_client.errors.values import (
    MissingModuleError,
    OpaqueObjectError,
    PicklingError,
    UnpicklingError,
)
from ray_client.errors.versions import IncompatibleVersionError, RayTooOldError, ServerTooOldError

__all__ = [
    "RayClientError",
    "NotConnectedError",
    "ConnectError",
    "AddressError",
    "UnreachableError",
    "ConnectTimeoutError",
    "WrongPeerError",
    "AuthenticationError",
    "IncompatibleVersionError",
    "ServerBusyError",
    "ServerDrainingError",
    "SessionOpenError",
    "EmbeddedServerError",
    "DeployError",
    "DashboardError",
    "NotDeployedError",
    "SessionError",
    "SessionLostError",
    "SessionClosedError",
    "SessionTakenOverError",
    "WrongSessionError",
    "ForkedProcessError",
    "PicklingError",
    "UnpicklingError",
    "MissingModuleError",
    "OpaqueObjectError",
    "UnknownNameError",
    "ClusterOnlyError",
    "ForwardingError",
    "RayInstalledError",
    "UnknownObjectError",
    "InvalidRequestError",
    "LimitExceededError",
    "ServerTooOldError",
    "RayTooOldError",
    "PackageError",
    "PackageTooLargeError",
    "ProtocolViolationError",
    "ServerFaultError",
]

# Where they are looked for: by users, by the documentation, and in pickles, those of 0.1.0 among them.
for _name in (*__all__, "_restore"):
    globals()[_name].__module__ = __name__
