"""The gateway's own calls, as one object on a channel."""

from __future__ import annotations

import json
import os
import platform
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, TypeAlias

import grpc

from ray_client.config.address import Address
from ray_client.errors import (
    ConnectTimeoutError,
    IncompatibleVersionError,
    ProtocolViolationError,
    ServerFaultError,
    UnreachableError,
)
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.channel import call_metadata
from ray_client.transport.probe import first_call
from ray_client.transport.progress import with_progress
from ray_client.transport.status import rpc_errors
from ray_client_proto import __version__
from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1.gateway_pb2_grpc import GatewayStub
from ray_client_proto.wire.errors import IncompatibleVersionsError
from ray_client_proto.wire.handshake import OURS, Claims, choose_protocol
from ray_client_proto.wire.limits import CHUNK_BYTES
from ray_client_proto.wire.processes import machine_name, start_of

#: A session's id and its secret.
SessionKey: TypeAlias = tuple[str, bytes]

CALL_TIMEOUT_S: Final = 30.0  #: for calls that start nothing
UPLOAD_BACKOFF: Final = BackoffPolicy(budget_s=30.0)  #: how long an upload that gets nowhere is tried again


def describe_client(claims: Claims = OURS) -> pb.ClientInfo:
    """Give what this process says of itself (docs/protocol.md, rule H1)."""
    import cloudpickle

    return pb.ClientInfo(
        version=__version__,
        protocol=pb.ProtocolRange(oldest=claims.oldest, newest=claims.newest),
        capabilities=claims.capabilities,
        python_version=platform.python_version(),
        cloudpickle_version=cloudpickle.__version__,
        hostname=socket.gethostname(),
        pid=os.getpid(),
        user=_user(),
        machine=machine_name(),
        started=start_of(os.getpid()),
    )


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""  # this user has no name, as in many containers


class GatewayClient:
    """Calls to one gateway. Safe from any thread; it does not own the channel."""

    def __init__(
        self,
        channel: grpc.Channel,
        token: str | None,
        address: Address,
        upload_backoff: BackoffPolicy = UPLOAD_BACKOFF,
        claims: Claims = OURS,
    ) -> None:
        self._stub = GatewayStub(channel)
        self._token, self._address = token, address
        self._upload_backoff, self._claims = upload_backoff, claims

    def _errors(self, doing: str, timeout_s: float = CALL_TIMEOUT_S) -> AbstractContextManager[None]:
        return rpc_errors(doing, address=str(self._address), has_token=bool(self._token), timeout_s=timeout_s)

    def server_info(self, timeout_s: float = CALL_TIMEOUT_S) -> pb.ServerInfo:
        """Give what the gateway says of itself; meant as the first call, so it finds out what else may listen there.

        Raises:
            ConnectError: nobody answered, or no gateway, or one that refuses us; its subclass says which.
        """
        request = pb.ServerInfoRequest(client=describe_client(self._claims))
        with self._errors("asking for the server's version", timeout_s), first_call(self._address):
            info: pb.ServerInfo = self._stub.GetServerInfo(request, timeout=timeout_s, metadata=self._metadata())
        return info

    def compatible_server(self, timeout_s: float = CALL_TIMEOUT_S) -> pb.ServerInfo:
        """Give what `server_info` gives, of a server that a session can be opened on.

        Raises:
            IncompatibleVersionError: the two sides share no protocol version.
            ConnectError: as `server_info`.
        """
        info, ours = self.server_info(timeout_s), self._claims
        try:
            choose_protocol((ours.oldest, ours.newest), (info.protocol.oldest, info.protocol.newest))
        except IncompatibleVersionsError as exc:
            theirs = f"{info.protocol.oldest}-{info.protocol.newest}"
            raise IncompatibleVersionError(__version__, f"{ours.oldest}-{ours.newest}", info.version, theirs) from exc
        return info

    def open_session(
        self,
        request: pb.OpenSessionRequest,
        on_progress: Callable[[pb.OpenSessionProgress], None] | None = None,
        timeout_s: float = 600.0,
        first_answer_s: float = CALL_TIMEOUT_S,
    ) -> pb.SessionOpened:
        """Give the new session; each stage is told to `on_progress` as it is entered.

        Args:
            request: what to open.
            on_progress: called with each stage, READY included, on this thread.
            timeout_s: for the whole.
            first_answer_s: for the first stage, which a gateway tells at once.

        Raises:
            ConnectError: it was not opened, and nothing was left behind; the subclass says why.
        """
        with self._errors("opening a session", timeout_s), first_call(self._address):
            call = self._stub.OpenSession(request, timeout=timeout_s, metadata=self._metadata())
            silence = threading.Timer(first_answer_s, call.cancel)
            silence.daemon = True
            silence.start()
            opened: pb.SessionOpened | None = None
            try:
                # To its very end: to leave the call at READY would cancel it, and the server might undo it all (H4).
                for progress in call:
                    silence.cancel()
                    if on_progress is not None:
                        on_progress(progress)
                    if progress.stage == pb.OpenSessionProgress.READY:
                        opened = progress.opened
            except grpc.RpcError as exc:
                if exc.code() == grpc.StatusCode.CANCELLED:  # by `silence`: nobody else has the call
                    raise ConnectTimeoutError(str(self._address), "opening a session", first_answer_s) from exc
                raise
            except BaseException:
                call.cancel()  # for Ctrl-C and for what `on_progress` raises: the server undoes what it began (H4)
                raise
            finally:
                silence.cancel()
        if opened is not None:
            return opened
        raise ProtocolViolationError("", "H4: opening a session ended without READY")

    def close_session(self, session_id: str, secret: bytes, reason: str) -> None:
        """End the session now.

        Raises:
            RayClientError: the gateway did not do it; SessionLostError if it no longer knows the session.
        """
        metadata = call_metadata(self._token, session_id, secret)
        with self._errors("closing a session"):
            self._stub.CloseSession(pb.CloseSessionRequest(reason=reason), timeout=CALL_TIMEOUT_S, metadata=metadata)

    def check_environment(self, runtime_env: dict[str, Any]) -> None:
        """Have the cluster's Ray judge a runtime environment, whose local directories are `package://`.

        Raises:
            TypeError, ValueError: Ray refuses it.
            RayClientError: the gateway did not answer.
        """
        request = pb.CheckEnvironmentRequest(runtime_env_json=json.dumps(runtime_env))
        with self._errors("checking the runtime environment"):
            found: pb.CheckEnvironmentResponse = self._stub.CheckEnvironment(
                request, timeout=CALL_TIMEOUT_S, metadata=self._metadata()
            )
        if found.type_name:
            raise TypeError(found.message) if found.type_name == "builtins.TypeError" else ValueError(found.message)

    def package_status(self, sha256: str, user: SessionKey | None = None) -> pb.PackageStatus:
        """Give how much of a package the gateway has, which keeps it for the session of `user` from then on.

        Raises:
            RayClientError: the gateway did not answer.
        """
        metadata = self._metadata() if user is None else call_metadata(self._token, *user)
        with self._errors("asking for a package"):
            status: pb.PackageStatus = self._stub.GetPackageStatus(
                pb.PackageStatusRequest(sha256=sha256), timeout=CALL_TIMEOUT_S, metadata=metadata
            )
        return status

    def upload_package(self, path: Path, sha256: str, user: SessionKey | None = None) -> bool:
        """Bring a package to the gateway; tell whether it had to be sent. A cut upload goes on where it was cut.

        Args:
            path: of the zip file.
            sha256: of its bytes.
            user: the session that needs it; None: one that is to be opened.

        Raises:
            RayClientError: the gateway did not take it.
        """
        delays, received_bytes, is_sent = self._upload_backoff.delays(), -1, False
        while True:
            try:
                status = self.package_status(sha256, user)
                if status.is_complete:
                    return is_sent
                if status.received_bytes > received_bytes:  # it goes on, however slowly
                    delays, received_bytes = self._upload_backoff.delays(), status.received_bytes
                is_sent = True
                self._upload(with_progress(package_chunks(path, sha256, status.received_bytes)))
            except (UnreachableError, ServerFaultError):
                delay_s = next(delays, None)
                if delay_s is None:
                    raise
                time.sleep(delay_s)

    def _upload(self, chunks: Iterator[pb.PackageChunk]) -> None:
        with self._errors("uploading a package"):
            status = self._stub.UploadPackage(chunks, metadata=self._metadata())
        if not status.is_complete:
            raise ServerFaultError(
                "uploading a package", "an incomplete upload", f"{status.received_bytes} bytes taken"
            )

    def _metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        return call_metadata(self._token)


def package_chunks(path: Path, sha256: str, from_offset_bytes: int) -> Iterator[pb.PackageChunk]:
    """Yield the chunks of a package file from an offset on."""
    total = path.stat().st_size
    with path.open("rb") as file:
        offset = file.seek(from_offset_bytes)
        while data := file.read(CHUNK_BYTES):
            yield pb.PackageChunk(sha256=sha256, offset_bytes=offset, total_bytes=total, data=data)
            offset += len(data)
