"""Bytes through a splice come out as they went in, whatever the pieces; and an end on one side ends the other."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket

import pytest

from ray_client_server.gateway import splice as splice_module
from ray_client_server.gateway.splice import Splice


class Ends:
    """A splice between two pairs of sockets, with the outer ends as streams."""

    def __init__(self, buffer_bytes: int) -> None:
        self.closed: list[Splice] = []
        (self.client, near), (far, self.driver) = socket.socketpair(), socket.socketpair()
        for end in (self.client, near, far, self.driver):
            end.setblocking(False)
        self.inner = (near, far)
        self.splice = Splice(near, far, memoryview(bytearray(buffer_bytes)), self.closed.append)

    @contextlib.asynccontextmanager
    async def started(self, first=b""):
        self.splice.start(first)
        try:
            yield self
        finally:
            self.splice.close()
            self.client.close()
            self.driver.close()

    async def received(self, end, size_bytes=None):
        """What comes out of an end: so many bytes, or all up to its end."""
        loop, parts, left = asyncio.get_running_loop(), [], size_bytes
        while left is None or left > 0:
            part = await asyncio.wait_for(loop.sock_recv(end, 65536 if left is None else min(left, 65536)), 20)
            if not part:
                break
            parts.append(part)
            left = None if left is None else left - len(part)
        return b"".join(parts)


@pytest.mark.parametrize("buffer_bytes", [1, 7, 4096, splice_module.BUFFER_BYTES])
def test_bytes_pass_both_ways_at_the_same_time_in_any_pieces(buffer_bytes):
    rng = random.Random(buffer_bytes)
    size_bytes = min(300 * buffer_bytes, 5_000_000)
    up, down = rng.randbytes(size_bytes), rng.randbytes(size_bytes)

    async def send(end, data):
        loop, at = asyncio.get_running_loop(), 0
        while at < len(data):
            size = rng.randint(1, max(2, 3 * buffer_bytes))
            await loop.sock_sendall(end, data[at : at + size])
            at += size

    async def run():
        ends = Ends(buffer_bytes)
        async with ends.started(first=b"first"):
            _, _, at_driver, at_client = await asyncio.gather(
                send(ends.client, up),
                send(ends.driver, down),
                ends.received(ends.driver, len(b"first") + len(up)),
                ends.received(ends.client, len(down)),
            )
            assert at_driver == b"first" + up
            assert at_client == down

    asyncio.run(run())


def test_who_does_not_read_is_not_read_for_and_the_other_way_goes_on():
    async def run():
        ends, loop = Ends(4096), asyncio.get_running_loop()
        async with ends.started():
            sending = asyncio.ensure_future(loop.sock_sendall(ends.client, b"u" * 10_000_000))
            await loop.sock_sendall(ends.driver, b"d" * 1000)
            assert await ends.received(ends.client, 1000) == b"d" * 1000
            assert not sending.done()  # ten megabytes fit no buffer between the two
            assert await ends.received(ends.driver, 10_000_000) == b"u" * 10_000_000
            await asyncio.wait_for(sending, 20)

    asyncio.run(run())


@pytest.mark.parametrize("who", ["client", "driver"])
def test_an_end_is_passed_on_after_everything_before_it(who):
    async def run():
        ends, loop = Ends(64), asyncio.get_running_loop()
        async with ends.started():
            ending, other = (ends.client, ends.driver) if who == "client" else (ends.driver, ends.client)
            await loop.sock_sendall(ending, b"x" * 1000)
            ending.shutdown(socket.SHUT_WR)
            assert await ends.received(other) == b"x" * 1000
            assert ends.closed == []
            await loop.sock_sendall(other, b"last words")
            other.shutdown(socket.SHUT_WR)
            assert await ends.received(ending) == b"last words"
            await _until(lambda: ends.closed == [ends.splice])
            assert [end.fileno() for end in ends.inner] == [-1, -1]

    asyncio.run(run())


@pytest.mark.parametrize("who", ["client", "driver"])
def test_a_side_that_has_gone_ends_both_soon(who, monkeypatch):
    monkeypatch.setattr(splice_module, "LINGER_S", 0.01)

    async def run():
        ends = Ends(64)
        async with ends.started():
            gone, other = (ends.client, ends.driver) if who == "client" else (ends.driver, ends.client)
            other.send(b"nobody reads this")
            gone.close()
            await _until(lambda: ends.closed == [ends.splice])
            with contextlib.suppress(ConnectionResetError):  # or a plain end, as the system likes
                assert await ends.received(other) == b""

    asyncio.run(run())


async def _until(condition):
    deadline = asyncio.get_running_loop().time() + 20
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.005)
