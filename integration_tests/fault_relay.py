"""A TCP relay between a client and a gateway that does to the connection what networks do."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")

UP, DOWN = "up", "down"  #: from the client, and to it


class FaultRelay:
    """Listens on a free port, or a given one, and relays to another one; faults are ordered from any thread.

    All its state belongs to the event loop of its own thread.
    """

    def __init__(self, target_port: int, target_host: str = "127.0.0.1", port: int = 0) -> None:
        self._target = target_host, target_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault relay", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._is_refusing = False
        self._refuses_requests = False
        self._delay_s = 0.0
        self._rate_bytes_s = float("inf")
        self._armed: dict[str, int] = {}
        self._rearm: Callable[[], tuple[str, int] | None] | None = None
        self._waiters: list[tuple[Callable[[], bool], Future[None]]] = []
        self.cuts = 0
        self.connections = 0
        self.passed_bytes = {UP: 0, DOWN: 0}
        self.port = port

    def __enter__(self) -> FaultRelay:
        self._thread.start()
        self._call(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def address(self) -> str:
        """What a user passes to `init` to go through the relay."""
        return f"ray://127.0.0.1:{self.port}"

    # Faults.

    def cut(self) -> None:
        """Cut every connection now."""
        self._order(self._cut)

    def cut_after(self, size_bytes: int, direction: str) -> None:
        """Cut every connection once so many more bytes have passed in a direction."""
        self._order(lambda: self._armed.update({direction: size_bytes}))

    def cut_at_random(self, seed: int, low_bytes: int, high_bytes: int, times: int) -> None:
        """Cut after a random number of bytes in a random direction, again and again."""
        rng, left = random.Random(seed), times

        def rearm() -> tuple[str, int] | None:
            nonlocal left
            left -= 1
            return (rng.choice([UP, DOWN]), rng.randint(low_bytes, high_bytes)) if left >= 0 else None

        def order() -> None:
            self._rearm = rearm
            self._arm()

        self._order(order)

    def refuse(self) -> None:
        """Cut every connection, and each new one at once."""
        self._order(lambda: (setattr(self, "_is_refusing", True), self._cut()))

    def refuse_requests(self) -> None:
        """Refuse, from now on, connections that begin with a request for a driver, as proxies for HTTP/2 do."""
        self._order(lambda: setattr(self, "_refuses_requests", True))

    def accept(self) -> None:
        """Take new connections again."""
        self._order(lambda: setattr(self, "_is_refusing", False))

    def stall(self) -> None:
        """Pass nothing on, in either direction, and keep the connections."""
        self._order(self._flowing.clear)

    def resume(self) -> None:
        """Pass on again, beginning with what was held back."""
        self._order(self._flowing.set)

    def delay(self, each_way_s: float) -> None:
        """Hold everything back for so long, in both directions; in order, and without limiting the rate."""
        self._order(lambda: setattr(self, "_delay_s", each_way_s))

    def limit(self, rate_bytes_s: float) -> None:
        """Pass on no more than so many bytes a second, on each connection and in each direction."""
        self._order(lambda: setattr(self, "_rate_bytes_s", rate_bytes_s))

    def half_close(self) -> None:
        """End every connection's sending side, in both directions, as a peer does that shuts down."""
        self._order(lambda: [writer.write_eof() for writer in self._writers])

    # Events.

    def wait_for_cuts(self, count: int, within_s: float = 30) -> None:
        """Wait until there have been so many cuts.

        Raises:
            TimeoutError: there were not.
        """
        self._wait(lambda: self.cuts >= count, within_s)

    def wait_for_connections(self, count: int, within_s: float = 30) -> None:
        """Wait until so many connections were accepted since the start.

        Raises:
            TimeoutError: there were not.
        """
        self._wait(lambda: self.connections >= count, within_s)

    def _wait(self, condition: Callable[[], bool], within_s: float) -> None:
        waiter: Future[None] = Future()
        self._order(lambda: self._waiters.append((condition, waiter)))
        self._order(self._notify)
        waiter.result(within_s)

    # What runs in the loop.

    def _order(self, action: Callable[[], Any]) -> None:
        async def run() -> None:
            action()

        self._call(run())

    def _call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _start(self) -> None:
        self._flowing.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        self._cut()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_refusing:
            writer.transport.abort()
            return
        first = await reader.read(65536) if self._refuses_requests else b""
        if first.startswith(b"GET "):
            writer.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        far_writer.write(first)
        self.connections += 1
        self._notify()
        self._writers |= {writer, far_writer}
        for source, sink, direction in ((reader, far_writer, UP), (far_reader, writer, DOWN)):
            pump = self._loop.create_task(self._pump(source, sink, direction))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, direction: str) -> None:
        with contextlib.suppress(OSError):  # the connection was cut, here or by a peer
            while data := await source.read(65536):
                await self._flowing.wait()
                passing = data[: self._armed.get(direction, len(data))]
                self.passed_bytes[direction] += len(passing)
                if self._delay_s:
                    self._loop.call_later(self._delay_s, sink.write, passing)
                else:
                    sink.write(passing)
                    await sink.drain()
                await asyncio.sleep(len(passing) / self._rate_bytes_s)
                if direction in self._armed:
                    self._armed[direction] -= len(passing)
                    if self._armed[direction] <= 0:
                        self._cut()
                        self._arm()
                        return
            sink.write_eof()
        self._writers.discard(sink)

    def _arm(self) -> None:
        self._armed.clear()
        if self._rearm is not None and (following := self._rearm()) is not None:
            self._armed[following[0]] = following[1]

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        self.cuts += 1
        self._notify()

    def _notify(self) -> None:
        for waiter in [waiter for waiter in self._waiters if waiter[0]()]:
            self._waiters.remove(waiter)
            waiter[1].set_result(None)
