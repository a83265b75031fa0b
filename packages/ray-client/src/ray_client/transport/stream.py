"""A data stream as the link sees it; gRPC's errors end here."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Protocol

import grpc

from ray_client.transport.route import Route
from ray_client.transport.status import error_of, failure_of
from ray_client_proto.channel import Outlet, PulledOutlet
from ray_client_proto.v1.log_pb2 import LogBatch, LogRequest


class StreamCutError(Exception):
    """The stream broke, and the session may well be alive: reattach."""


class Stream(Outlet, Protocol):
    """Messages to the peer, and those from it in order.

    Iterating raises `StreamCutError` when the connection broke, or the typed error that the peer
    gave; it just ends when the peer is done. `close` may be called from any thread, repeatedly.
    """

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class GrpcStream(PulledOutlet):
    """A gRPC bidirectional call as a `Stream`."""

    def __init__(self, route: Route, freed: Callable[[], None], session_id: str) -> None:
        """Open the stream."""
        super().__init__(freed)
        self._route, self._calls = route, route.calls
        self._call = self._calls.data(self.messages())
        self._session_id = session_id

    def __iter__(self) -> Iterator[bytes]:
        has_worked = False
        try:
            for message in self._call:
                has_worked = True
                yield message
        except grpc.RpcError as exc:
            if failure_of(exc) is None:
                self._route.broke(self._calls, has_worked)
                raise StreamCutError(f"{exc.code().name}: {exc.details()}") from exc
            raise error_of(exc, "reading the data stream", session_id=self._session_id) from exc

    def cut(self) -> None:
        self._call.cancel()

    def close(self) -> None:
        self._call.cancel()
        self.finish()  # for gRPC's thread, which pulls


class LogStream(Protocol):
    """Batches of log records, in order. Iterating and `close` are as with `Stream`; the rest is for any thread too."""

    def want(self, request: LogRequest) -> None:
        """Say what is wanted from now on."""

    def __iter__(self) -> Iterator[LogBatch]: ...

    def close(self) -> None: ...


class GrpcLogStream:
    """A gRPC call of the logs channel."""

    def __init__(self, route: Route, session_id: str) -> None:
        """Open the stream."""
        self._route, self._calls, self._session_id = route, route.calls, session_id
        self._requests: queue.SimpleQueue[LogRequest | None] = queue.SimpleQueue()
        self._call = self._calls.logs(iter(self._requests.get, None))

    def want(self, request: LogRequest) -> None:
        self._requests.put(request)

    def __iter__(self) -> Iterator[LogBatch]:
        try:
            for batch in self._call:
                self._route.worked()
                yield batch
        except grpc.RpcError as exc:
            if failure_of(exc) is None and exc.code() != grpc.StatusCode.UNIMPLEMENTED:
                self._route.failed(self._calls)
                raise StreamCutError(f"{exc.code().name}: {exc.details()}") from exc
            raise error_of(exc, "reading logs", session_id=self._session_id) from exc

    def close(self) -> None:
        self._call.cancel()
        self._requests.put(None)  # else gRPC's own thread waits for the next request for ever
