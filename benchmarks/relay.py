"""A TCP relay that is a link: a delay each way, a rate that all connections share, and connections that are reset.

    python relay.py HOST:PORT [--delay-ms MS] [--mbit RATE]

prints two ports: the one that it relays, and the one where whoever connects and sends a line has every relayed
connection reset (RST at both ends), and is told `done`. It runs until it is ended.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import struct

READ_BYTES = 1 << 16
QUEUED_READS = 1 << 14
BUFFER_S = 0.05  #: how much waits in front of a link with a rate, as in a router, before its senders are held back
RESET = struct.pack("ii", 1, 0)  #: lingering for no time: closing sends RST and not FIN


class Link:
    """One direction. What goes on it takes the time that its rate gives it, one piece after the other, then the delay.

    There is no burst: a token bucket with room for nothing. So in any time exactly so many bytes pass as the rate says.
    """

    def __init__(self, delay_s: float, rate_bytes_s: float | None) -> None:
        self._delay_s = delay_s
        self._rate_bytes_s = rate_bytes_s
        self._free_at = 0.0

    def arrival(self, now: float, size_bytes: int) -> float:
        """Give when a piece that is sent now is at the other end."""
        if self._rate_bytes_s is not None:
            self._free_at = max(now, self._free_at) + size_bytes / self._rate_bytes_s
            now = self._free_at
        return now + self._delay_s

    def wait_s(self, now: float) -> float:
        """Give how long a sender is held back, since the buffer in front of the link is full."""
        return max(0.0, self._free_at - now - BUFFER_S)


class Relay:
    """Relays connections to one target, over two links."""

    def __init__(self, host: str, port: int, delay_s: float, rate_bytes_s: float | None) -> None:
        self._target = host, port
        self._up = Link(delay_s, rate_bytes_s)
        self._down = Link(delay_s, rate_bytes_s)
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection."""
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        for each in (writer, far_writer):
            each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ends = {writer, far_writer}
        self._writers |= ends
        await asyncio.gather(_carry(reader, far_writer, self._up), _carry(far_reader, writer, self._down))
        self._writers -= ends

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Reset everything for each line."""
        while await reader.readline():
            for each in self._writers:
                each.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                each.transport.abort()
            self._writers.clear()
            await asyncio.sleep(0)  # the loop closes what was aborted in its next turn
            await asyncio.sleep(0)
            writer.write(b"done\n")
        writer.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
    """Pass bytes on, each when it has arrived; many may be under way at once."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUED_READS)

    async def deliver() -> None:
        while True:
            due_at, data = await queue.get()
            if (wait_s := due_at - loop.time()) > 0:
                await asyncio.sleep(wait_s)
            if not data:
                writer.close()
                return
            writer.write(data)
            await writer.drain()

    delivery = asyncio.create_task(deliver())
    try:
        while not delivery.done():
            data = await reader.read(READ_BYTES)
            await queue.put((link.arrival(loop.time(), len(data)), data))
            if not data:
                break
            if wait_s := link.wait_s(loop.time()):
                await asyncio.sleep(wait_s)
        await delivery
    except ConnectionError:
        writer.close()
    finally:
        delivery.cancel()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("target")
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--mbit", type=float)
    arguments = parser.parse_args()
    host, _, port = arguments.target.rpartition(":")
    rate_bytes_s = arguments.mbit * 1e6 / 8 if arguments.mbit else None
    relay = Relay(host, int(port), arguments.delay_ms / 1000, rate_bytes_s)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    control = await asyncio.start_server(relay.control, "127.0.0.1", 0)
    print(*(each.sockets[0].getsockname()[1] for each in (server, control)), flush=True)
    async with server, control:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
