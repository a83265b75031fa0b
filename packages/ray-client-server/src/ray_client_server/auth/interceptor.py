"""Refuses every call without the token before any message of it is read (rule M1)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc

from ray_client_server.auth.tokens import TokenGuard
from ray_client_server.errors import UnauthenticatedError
from ray_client_server.observability.logs import EventLog
from ray_client_server.observability.peers import peer_of
from ray_client_server.refusal import refuse

log = EventLog("auth")

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

EXEMPT_PREFIX = "/grpc.health.v1.Health/"


async def _deny(_: object, context: grpc.aio.ServicerContext[Any, Any]) -> None:
    log.warning("auth.refused", peer=peer_of(context))
    await refuse(context, UnauthenticatedError("this gateway wants its token: set RAY_CLIENT_TOKEN, or pass token="))


class TokenInterceptor(grpc.aio.ServerInterceptor):
    """Denies by default: whatever method is added later needs the token too."""

    def __init__(self, guard: TokenGuard) -> None:
        self._guard = guard
        # A stream's handler is called before gRPC reads a message, that of a unary call after it.
        self._denial: Handler = grpc.stream_stream_rpc_method_handler(_deny)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Give the method's own handler, one that refuses, or nothing for a method that there is not."""
        is_exempt = handler_call_details.method.startswith(EXEMPT_PREFIX)  # and reads nothing without the token either
        if is_exempt or self._guard.lets_in_call(handler_call_details.invocation_metadata):
            return await continuation(handler_call_details)
        return self._denial
