"""The bulk lanes over gRPC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import grpc

from ray_client.transport.route import Route, SessionCalls
from ray_client.transport.status import error_of, failure_of
from ray_client.transport.stream import StreamCutError


class Lanes(Protocol):
    """One attempt at a transfer. `StreamCutError` means that it may be resumed."""

    def upload(self, messages: Iterator[bytes]) -> int:
        """Send chunks; give how many bytes the driver has of the transfer."""

    def received_bytes(self, transfer_id: int) -> int:
        """Give how many bytes the driver has of an upload."""

    def download(self, transfer_id: int, offset_bytes: int) -> Iterator[bytes]:
        """Yield the chunks of a download from an offset on."""


class GrpcLanes:
    """The lanes of one session."""

    def __init__(self, route: Route, session_id: str) -> None:
        self._route = route
        self._session_id = session_id

    def upload(self, messages: Iterator[bytes]) -> int:
        with self._errors("uploading a large value"):
            return self._route.calls.upload(messages)

    def received_bytes(self, transfer_id: int) -> int:
        calls = self._route.calls
        with self._errors("asking for the state of an upload", calls):
            received_bytes = calls.received_bytes(transfer_id)
        self._route.worked()
        return received_bytes

    def download(self, transfer_id: int, offset_bytes: int) -> Iterator[bytes]:
        calls = self._route.calls
        call = calls.download(transfer_id, offset_bytes)
        try:
            with self._errors("downloading a large value", calls):
                for message in call:
                    self._route.worked()
                    yield message
        finally:
            call.cancel()

    @contextmanager
    def _errors(self, doing: str, calls: SessionCalls | None = None) -> Iterator[None]:
        try:
            yield
        except grpc.RpcError as exc:
            if failure_of(exc) is None:
                if calls is not None:
                    self._route.failed(calls)
                raise StreamCutError(f"{exc.code().name} while {doing}: {exc.details()}") from exc
            raise error_of(exc, doing, session_id=self._session_id) from exc
