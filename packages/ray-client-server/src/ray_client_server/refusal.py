"""How a call fails: with a gRPC status, and the `Failure` as trailing metadata (rule M4)."""

from __future__ import annotations

from typing import Any, NoReturn

import grpc

from ray_client_proto.wire import metadata as keys
from ray_client_proto.wire.status import STATUS_BY_CODE
from ray_client_server.errors import ServerError

#: gRPC puts the message into a header, and refuses the whole trailer when headers grow past 8 KiB on the client.
MAX_MESSAGE_CHARACTERS = 4000
_MAX_TRACEBACK_CHARACTERS = 1000


async def refuse(context: grpc.aio.ServicerContext[Any, Any], error: ServerError) -> NoReturn:
    """End the call with `error`.

    Raises:
        grpc.aio.AbortError: always; it ends the handler.
    """
    failure = error.failure()
    if len(failure.message) > MAX_MESSAGE_CHARACTERS:
        half = MAX_MESSAGE_CHARACTERS // 2  # the cause may be named first or last
        failure.message = f"{failure.message[:half]}\n[...]\n{failure.message[-half:]}"
    failure.traceback = failure.traceback[:_MAX_TRACEBACK_CHARACTERS]
    failure.ClearField("cause")
    status = grpc.StatusCode[STATUS_BY_CODE[failure.code]]
    summary = failure.message.partition("\n")[0][:500]
    await context.abort(status, summary, ((keys.FAILURE, failure.SerializeToString()),))
    raise AssertionError("abort raises")
