"""`grpc.health.v1`, for probes and load balancers.

By hand, since each release of grpcio-health-checking wants a grpcio and a protobuf of its own age, and the server must
go with whatever the cluster has. Its two messages have one field each; they are described in a pool of their own, so
that they never collide with another copy.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICE = "grpc.health.v1.Health"
UNKNOWN, SERVING, NOT_SERVING, SERVICE_UNKNOWN = range(4)


def _message_types() -> tuple[Any, Any]:
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="ray_client_server/health.proto", package="grpc.health.v1", syntax="proto3"
    )
    request = file.message_type.add(name="HealthCheckRequest")
    request.field.add(name="service", number=1, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    response = file.message_type.add(name="HealthCheckResponse")
    # The enum goes as the number that it is: the bytes are the same.
    response.field.add(name="status", number=1, type=field.TYPE_INT32, label=field.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return tuple(
        message_factory.GetMessageClass(pool.FindMessageTypeByName(f"grpc.health.v1.{name}"))
        for name in ("HealthCheckRequest", "HealthCheckResponse")
    )  # type: ignore[return-value]


HealthCheckRequest, HealthCheckResponse = _message_types()


class Health:
    """What the gateway says of itself, and of each service that it serves. The event loop owns it."""

    def __init__(self, services: tuple[str, ...]) -> None:
        self._services = frozenset(("", *services))
        self._is_serving = True
        self._changed = asyncio.Event()

    def stop_serving(self) -> None:
        """Answer NOT_SERVING from now on, and tell those who watch."""
        self._is_serving = False
        self._changed.set()

    def status(self, service: str) -> int:
        """Give the status of one service; the empty name is the gateway as a whole."""
        if service not in self._services:
            return SERVICE_UNKNOWN
        return SERVING if self._is_serving else NOT_SERVING

    async def check(self, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        status = self.status(request.service)
        if status == SERVICE_UNKNOWN:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"no service {request.service!r}")
        return HealthCheckResponse(status=status)

    async def watch(self, request: Any, _: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        yield HealthCheckResponse(status=self.status(request.service))
        await self._changed.wait()
        yield HealthCheckResponse(status=self.status(request.service))
        await asyncio.Event().wait()  # until the caller or the server ends the call

    def handler(self) -> grpc.GenericRpcHandler:
        """Give the handler to add to a server."""
        codec = {
            "request_deserializer": HealthCheckRequest.FromString,
            "response_serializer": HealthCheckResponse.SerializeToString,
        }
        return grpc.method_handlers_generic_handler(
            SERVICE,
            {
                "Check": grpc.unary_unary_rpc_method_handler(self.check, **codec),
                "Watch": grpc.unary_stream_rpc_method_handler(self.watch, **codec),
            },
        )
