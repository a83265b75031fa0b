"""`grpc.health.v1`, for probes and load balancers.

By hand, since each release of grpcio-health-checking wants a grpcio and a protobuf of its own age, and the server must
go with whatever the cluster has. Its two messages have one field each; they are described in a pool of their own, so
that they never collide with another copy.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from ray_client_proto.wire.texts import shown

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"

WATCHING: Final = 100  #: calls at the same time; the one that has watched longest gives way

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
    """What the gateway says of itself, and of each service that it serves. The event loop owns it.

    Its methods need no token. Who has none is told of the gateway as a whole, whatever the request asks for: a message
    that is read may have the size that others need.
    """

    def __init__(self, services: tuple[str, ...], has_token: Callable[[Any], bool]) -> None:
        """`has_token` tells of a call's metadata whether it has the token, where one is wanted."""
        self._services, self._has_token = frozenset(("", *services)), has_token
        self._is_serving = True
        self._watching: collections.deque[asyncio.Queue[bool]] = collections.deque()  # longest first

    def stop_serving(self) -> None:
        """Answer NOT_SERVING from now on, and tell those who watch."""
        self._is_serving = False
        for news in self._watching:
            news.put_nowait(True)

    def status(self, service: str) -> int:
        """Give the status of one service; the empty name is the gateway as a whole."""
        if service not in self._services:
            return SERVICE_UNKNOWN
        return SERVING if self._is_serving else NOT_SERVING

    async def check(self, _: object, context: Context) -> None:
        service = await self._asked(context)
        status = self.status(service)
        if status == SERVICE_UNKNOWN:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"no service '{shown(service, 100)}'")
        await context.write(HealthCheckResponse(status=status))

    async def watch(self, _: object, context: Context) -> None:
        service = await self._asked(context)
        news: asyncio.Queue[bool] = asyncio.Queue()  # False: it gives way
        news.put_nowait(True)
        self._watching.append(news)
        if len(self._watching) > WATCHING:
            self._watching.popleft().put_nowait(False)
        try:
            while await news.get():
                await context.write(HealthCheckResponse(status=self.status(service)))
        finally:
            with contextlib.suppress(ValueError):
                self._watching.remove(news)
        await context.abort(grpc.StatusCode.UNAVAILABLE, f"{WATCHING} others watch, and came later")

    async def _asked(self, context: Context) -> str:
        """Give the name of the service that a call asks for; none to who has no token."""
        if not self._has_token(context.invocation_metadata()):
            return ""
        request: Any = await context.read()
        return "" if request is grpc.aio.EOF else str(request.service)

    def handler(self) -> grpc.GenericRpcHandler:
        """Give the handler to add to a server."""
        # As streams, whose handlers are called before gRPC reads a message. On the wire it makes no difference.
        handlers = {
            name: grpc.stream_stream_rpc_method_handler(
                serve,
                request_deserializer=HealthCheckRequest.FromString,
                response_serializer=HealthCheckResponse.SerializeToString,
            )
            for name, serve in (("Check", self.check), ("Watch", self.watch))
        }
        return grpc.method_handlers_generic_handler(SERVICE, handlers)
