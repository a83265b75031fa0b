"""A TCP relay that adds a delay in each direction and limits nothing else.

    python delay_relay.py HOST:PORT DELAY_MS

prints the port that it listens on, and runs until it is ended.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial

READ_BYTES = 1 << 20
QUEUED_READS = 1024


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    """Pass bytes on, each `delay_s` after it came; several delays may be under way at once."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUED_READS)

    async def deliver() -> None:
        while True:
            due_at, data = await queue.get()
            await asyncio.sleep(max(0.0, due_at - loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)
            await writer.drain()

    delivery = asyncio.create_task(deliver())
    try:
        while True:
            data = await reader.read(READ_BYTES)
            await queue.put((loop.time() + delay_s, data))
            if not data:
                break
        await delivery
    except ConnectionError:
        writer.close()
    finally:
        delivery.cancel()


async def _serve(
    host: str, port: int, delay_s: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        up_reader, up_writer = await asyncio.open_connection(host, port)
    except OSError:
        writer.close()
        return
    await asyncio.gather(_carry(reader, up_writer, delay_s), _carry(up_reader, writer, delay_s))


async def main() -> None:
    host, _, port = sys.argv[1].rpartition(":")
    delay_s = float(sys.argv[2]) / 1000
    server = await asyncio.start_server(partial(_serve, host, int(port), delay_s), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
