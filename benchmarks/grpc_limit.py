"""The bound: what Python's gRPC itself does, with no product around it.

python grpc_limit.py serve               an echo, a sink and a source; prints its port
python grpc_limit.py relay HOST:PORT     passes all three on without decoding; prints its port
python grpc_limit.py measure ADDRESS     a side, as side.py; cases `echo`, `up`, `down`
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from cases import FULL, MEGABYTE, QUICK, Sizes
from grpc import aio
from side import serve as serve_requests
from side import take_stdout

CHUNK_BYTES = 1 << 20
MESSAGE_BYTES = 100
OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Server(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic for the type checker only
    """Bytes in, bytes out."""

    def service(self, details: Any) -> Any:
        if details.method == "/limit/echo":
            return grpc.stream_stream_rpc_method_handler(lambda messages, _: iter(messages))
        if details.method == "/limit/up":
            return grpc.stream_unary_rpc_method_handler(lambda chunks, _: b"%d" % sum(map(len, chunks)))
        if details.method == "/limit/down":
            return grpc.unary_stream_rpc_method_handler(self._down)
        return None

    def _down(self, total_bytes: bytes, _: Any) -> Iterator[bytes]:
        chunk = bytes(CHUNK_BYTES)
        for _at in range(0, int(total_bytes), CHUNK_BYTES):
            yield chunk


def serve() -> None:
    server = grpc.server(ThreadPoolExecutor(8), options=OPTIONS, handlers=[Server()])
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()


class Relay(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # generic for the type checker only
    """Every call as a stream of bytes both ways, passed on as it is."""

    def __init__(self, channel: aio.Channel) -> None:
        self._channel: Any = channel  # the published types know no call without serializers

    def service(self, details: Any) -> Any:
        upstream = self._channel.stream_stream(details.method)

        async def pass_on(requests: AsyncIterator[bytes], _: Any) -> AsyncIterator[bytes]:
            async for answer in upstream(requests):
                yield answer

        return grpc.stream_stream_rpc_method_handler(pass_on)


async def relay(address: str) -> None:
    server = aio.server(options=OPTIONS)
    channel = aio.insecure_channel(address, options=OPTIONS)
    server.add_generic_rpc_handlers((Relay(channel),))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    await server.start()
    await server.wait_for_termination()


class Measure:
    """The calling end. Seconds per message, and per megabyte."""

    def __init__(self, address: str, sizes: Sizes) -> None:
        self._channel: Any = grpc.insecure_channel(address, options=OPTIONS)
        self._sizes = sizes

    def run(self, request: dict[str, str]) -> float:
        return getattr(self, f"_{request['name']}")()

    def _echo(self) -> float:
        count, message = self._sizes.small * 2, bytes(MESSAGE_BYTES)

        def messages() -> Iterator[bytes]:
            for _ in range(count + 1):
                yield message
                turn.acquire()

        turn = threading.Semaphore(0)
        answers = self._channel.stream_stream("/limit/echo")(messages())
        next(answers)
        started = time.perf_counter()
        for _ in range(count):
            turn.release()
            next(answers)
        elapsed_s = time.perf_counter() - started
        turn.release()
        return elapsed_s / count

    def _up(self) -> float:
        chunk, chunks = bytes(CHUNK_BYTES), -(-self._sizes.big_bytes // CHUNK_BYTES)
        call = self._channel.stream_unary("/limit/up")
        started = time.perf_counter()
        received = call(chunk for _ in range(chunks))
        elapsed_s = time.perf_counter() - started
        assert int(received) == chunks * CHUNK_BYTES
        return elapsed_s / (chunks * CHUNK_BYTES / MEGABYTE)

    def _down(self) -> float:
        call = self._channel.unary_stream("/limit/down")
        started = time.perf_counter()
        received = sum(len(chunk) for chunk in call(b"%d" % self._sizes.big_bytes))
        elapsed_s = time.perf_counter() - started
        return elapsed_s / (received / MEGABYTE)


def main() -> None:
    if sys.argv[1] == "serve":
        serve()
    elif sys.argv[1] == "relay":
        asyncio.run(relay(sys.argv[2]))
    else:
        answers = take_stdout()
        serve_requests(Measure(sys.argv[2], QUICK if "--quick" in sys.argv else FULL), answers)


if __name__ == "__main__":
    main()
