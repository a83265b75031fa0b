"""Requests to the gateway itself have a size, which is looked at before they are parsed: that holds up all others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import grpc

from ray_client_server.errors import LimitExceededError
from ray_client_server.refusal import refuse

_SERVICE: Final = "/ray_client.v1.Gateway/"

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


@dataclass(frozen=True)
class _TooLarge:
    size_bytes: int


class RequestBound(grpc.aio.ServerInterceptor):
    """Refuses what is larger; streams of requests have bounds of their own."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Give the method's own handler, with the bound before it."""
        handler: Any = await continuation(handler_call_details)
        if handler is None or handler.request_streaming or not handler_call_details.method.startswith(_SERVICE):
            return handler  # type: ignore[no-any-return]
        parse, serve = handler.request_deserializer, handler.unary_unary or handler.unary_stream

        def bounded(message: bytes) -> Any:
            return parse(message) if len(message) <= self._limit_bytes else _TooLarge(len(message))

        async def answer(request: Any, context: Any) -> Any:
            if isinstance(request, _TooLarge):
                await refuse(
                    context, LimitExceededError("request_bytes", self._limit_bytes, f"{request.size_bytes} bytes")
                )
            return await serve(request, context)

        make = (
            grpc.unary_stream_rpc_method_handler if handler.response_streaming else grpc.unary_unary_rpc_method_handler
        )
        return make(answer, bounded, handler.response_serializer)
