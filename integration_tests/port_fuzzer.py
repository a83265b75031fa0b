"""Says all kinds of things to a port, and watches what is behind it; what it says follows from a seed.

It stands apart from the gateway's test so that servers with known faults can be shown to it as well.
"""

from __future__ import annotations

import base64
import collections
import contextlib
import os
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from processes import poll

from ray_client_proto.wire import requests, websocket

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
TALKERS = 4  #: connections that say something at the same time
HELD = 300  #: connections that are kept open, and say no more, or a byte now and then
LOOK_S = 0.25


@dataclass
class Subject:
    """What is tried: a port, the process behind it, and a question that a good client has answered all along."""

    port: int
    pid: int
    ask: Callable[[], object]
    within_s: float = 10.0  #: an answer comes within this
    most_files: int = 1000
    most_growth_mib: int = 200
    settles_s: float = 20.0  #: all files are closed within this, after the last word
    #: Gives id, secret and token of a session whose connections may be harmed.
    session: Callable[[], tuple[str, bytes, str | None]] = lambda: ("no-such-session", bytes(32), None)


@dataclass
class Report:
    """What was said and seen; `faults` is empty if nothing was found."""

    seed: int
    said: collections.Counter[str] = field(default_factory=collections.Counter)
    faults: list[str] = field(default_factory=list)
    answers: int = 0
    slowest_s: float = 0.0
    most_files: int = 0
    growth_mib: int = 0

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.said.items()))
        return (
            f"seed {self.seed}: {self.said.total()} inputs ({kinds}); {self.answers} answers, the slowest after "
            f"{self.slowest_s:.2f} s; at most {self.most_files} files; {self.growth_mib} MiB more; "
            f"faults: {self.faults or 'none'}"
        )


def fuzz(subject: Subject, seed: int, for_s: float) -> Report:
    """Try a subject for so long, or until something is found."""
    report, over = Report(seed), threading.Event()
    first_mib, first_files = _rss_mib(subject.pid), _files(subject.pid)
    held: collections.deque[socket.socket] = collections.deque()
    talkers = [
        threading.Thread(target=_talk, args=(subject, random.Random(f"{seed}/{number}"), report, over, held))
        for number in range(TALKERS)
    ]
    asker = threading.Thread(target=_ask, args=(subject, report, over))
    for thread in (*talkers, asker):
        thread.start()
    end_s = time.monotonic() + for_s
    try:
        while time.monotonic() < end_s and not report.faults:
            over.wait(LOOK_S)
            _look(subject, report, first_mib)
    finally:
        over.set()
        for thread in (*talkers, asker):
            thread.join(subject.within_s * 2)
        for connection in held:
            connection.close()
    if not report.faults and not poll(lambda: _files(subject.pid) <= first_files + 50, subject.settles_s):
        report.faults.append(f"{_files(subject.pid)} files are left open, and there were {first_files}")
    return report


def _look(subject: Subject, report: Report, first_mib: int) -> None:
    files, mib = _files(subject.pid), _rss_mib(subject.pid)
    report.most_files = max(report.most_files, files)
    report.growth_mib = max(report.growth_mib, mib - first_mib)
    if not mib:
        report.faults.append("it has died")
    elif files > subject.most_files:
        report.faults.append(f"it has {files} files open")
    elif mib - first_mib > subject.most_growth_mib:
        report.faults.append(f"it has grown by {mib - first_mib} MiB")


def _ask(subject: Subject, report: Report, over: threading.Event) -> None:
    """Be the good client."""
    while not over.wait(LOOK_S):
        begun_s = time.monotonic()
        try:
            subject.ask()
        except Exception as error:  # noqa: BLE001 - whatever a client gets instead of its answer
            report.faults.append(f"a good client got {type(error).__name__}: {str(error)[:300]}")
            return
        took_s = time.monotonic() - begun_s
        report.answers, report.slowest_s = report.answers + 1, max(report.slowest_s, took_s)
        if took_s > subject.within_s:
            report.faults.append(f"a good client waited {took_s:.1f} s")
            return


def _talk(
    subject: Subject,
    chance: random.Random,
    report: Report,
    over: threading.Event,
    held: collections.deque[socket.socket],
) -> None:
    while not over.is_set():
        kind = chance.choice(sorted(_KINDS))
        pieces = list(_cut(chance, _KINDS[kind](chance, subject)))
        report.said[kind] += 1
        with contextlib.suppress(OSError):  # it may hang up at any time
            connection = socket.create_connection(("127.0.0.1", subject.port), 5)
            if _say(connection, chance, pieces, over):
                held.append(connection)
            else:
                connection.close()
        while len(held) > HELD:
            with contextlib.suppress(IndexError):  # another talker was faster
                held.popleft().close()
        for old in list(held)[:: max(1, len(held) // 3)]:  # a byte now and then
            with contextlib.suppress(OSError):
                old.send(chance.randbytes(1), socket.MSG_DONTWAIT)


def _say(connection: socket.socket, chance: random.Random, pieces: list[bytes], over: threading.Event) -> bool:
    """Say something in pieces, and end in one of several ways; tell whether the connection is to stay."""
    connection.settimeout(1.0)
    for piece in pieces:
        connection.sendall(piece)
        if chance.random() < 0.02 and over.wait(chance.random() * 0.3):
            break
    how = chance.choice(("close", "read", "half", "reset", "hold"))
    if how in ("read", "half"):
        if how == "half":
            connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            connection.recv(65536)
    if how == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return how == "hold" or (how == "half" and chance.random() < 0.5)


def _cut(chance: random.Random, data: bytes) -> Iterator[bytes]:
    """Give data in pieces: all at once, a few, single bytes at the beginning, or without its end."""
    if chance.random() < 0.2:
        data = data[: chance.randrange(len(data) + 1)]
    while data:
        size = chance.choice((1, 2, 10, 100, len(data), len(data)))
        yield data[:size]
        data = data[size:]
        if chance.random() < 0.5:
            yield data
            return


def _garbage(chance: random.Random, _: Subject) -> bytes:
    return chance.randbytes(chance.choice((0, 1, 4, 100, 5000, 200_000)))


def _tls(chance: random.Random, _: Subject) -> bytes:
    return b"\x16\x03\x01" + chance.randbytes(chance.choice((2, 10, 600)))


def _http(chance: random.Random, _: Subject) -> bytes:
    method = chance.choice((b"GET", b"get", b"POST", b"GE", b"GET\0", b"HEAD", b"CONNECT", b"OPTIONS", b"GETX"))
    paths = (b"/session", b"/session/lane", b"/", b"*", b"http://x/session", b"/" + b"a" * 70_000, b"/\xff\0", b"")
    headers = [
        chance.choice((b"Upgrade: websocket", b"a:b", b"no colon", b":", b"x: " + chance.randbytes(40), b"y" * 9000))
        for _ in range(chance.choice((0, 1, 5, 500)))
    ]
    version = chance.choice((b"HTTP/1.1", b"HTTP/1.0", b"HTTP/9", b""))
    end = chance.choice((b"\r\n\r\n", b"\n\n", b"\r\n", b""))
    body = chance.choice((b"", b"GET / HTTP/1.1\r\n\r\n" * 50, chance.randbytes(3000)))
    return method + b" " + chance.choice(paths) + b" " + version + b"\r\n" + b"\r\n".join(headers) + end + body


def _request(chance: random.Random, subject: Subject) -> bytes:
    """A request for a driver with something wrong in it."""
    session_id, secret, token = subject.session()
    given = requests.headers(
        chance.choice((session_id, "", "x" * 5000, "../../control")),
        chance.choice((secret, bytes(32), chance.randbytes(32))),
        chance.choice((token, "wrong")),
        chance.choice((0.0, 1e9, 5.0)),
    )
    if chance.random() < 0.5:
        given[chance.randrange(len(given))] = (chance.choice([name for name, _ in given]), "====")
    whole = bytearray(websocket.request("head", _key(chance), given, chance.choice(_CONNECTIONS)))
    for _ in range(chance.choice((0, 0, 1, 20))):
        whole[chance.randrange(len(whole))] = chance.randrange(256)
    return bytes(whole)


def _frames(chance: random.Random, subject: Subject) -> bytes:
    """A good request, and frames of a WebSocket that may be anything."""
    session_id, secret, token = subject.session()
    given = requests.headers(session_id, secret, token, 0.0)
    whole = [websocket.request("head", _key(chance), given, chance.choice(_CONNECTIONS))]
    whole += [_frame(chance) for _ in range(chance.choice((1, 2, 10, 100)))]
    return b"".join(whole)


def _frame(chance: random.Random) -> bytes:
    opcode = chance.choice((0, 1, 2, 2, 2, 2, 8, 9, 9, 10, 3, 15))
    payload = chance.randbytes(chance.choice((0, 1, 25, 25, 100, 126, 5000, 70_000)))
    if chance.random() < 0.5:  # the head of a message of a lane
        payload = bytes((chance.randrange(6),)) + chance.choice((bytes(24), chance.randbytes(24))) + payload
    announced = chance.choice((len(payload),) * 4 + (1 << 24, 1 << 33, (1 << 63) - 1, (1 << 64) - 1))
    first = (chance.choice((0x80, 0x80, 0x80, 0)) | opcode) | chance.choice((0,) * 8 + (0x40,))
    mask = chance.choice((None, bytes(4), chance.randbytes(4)))
    bit = 0 if mask is None else 0x80
    if announced < 126 and chance.random() < 0.9:
        start = bytes((first, bit | announced))
    elif announced < 65536 and chance.random() < 0.9:
        start = bytes((first, bit | 126)) + announced.to_bytes(2, "big")
    else:
        start = bytes((first, bit | 127)) + announced.to_bytes(8, "big")
    return start + (mask or b"") + payload


def _http2(chance: random.Random, _: Subject) -> bytes:
    """The beginning of HTTP/2, and frames that may be anything: floods of settings, pings and resets among them."""
    frames = []
    for _ in range(chance.choice((0, 1, 5, 300))):
        kind = chance.choice((0, 1, 2, 3, 4, 4, 5, 6, 6, 7, 8, 9, 200))
        size = {2: 5, 3: 4, 6: 8, 8: 4}.get(kind, chance.choice((0, 6, 12, 100)))
        payload = chance.randbytes(size)
        announced = len(payload) if chance.random() < 0.9 else chance.randrange(1 << 24)
        stream = chance.choice((0, 0, 1, 3, 2, (1 << 31) - 1))
        frames.append(announced.to_bytes(3, "big") + bytes((kind, chance.choice((0, 1, 4, 5, 255)))))
        frames.append(stream.to_bytes(4, "big") + payload)
    settings = b"\0\0\0\4" + bytes(5)
    return PREFACE[: chance.choice((3, 10, 24, 24, 24, 24))] + chance.choice((settings, b"")) + b"".join(frames)


_CONNECTIONS = (websocket.DATA, websocket.LANE, websocket.LOGS, websocket.CALL)
_KINDS: dict[str, Callable[[random.Random, Subject], bytes]] = {
    "garbage": _garbage,
    "tls": _tls,
    "http": _http,
    "request": _request,
    "frames": _frames,
    "http2": _http2,
}


def _key(chance: random.Random) -> str:
    return base64.b64encode(chance.randbytes(16)).decode()


def _files(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def _rss_mib(pid: int) -> int:
    """Give what a process has in memory; 0 for one that has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return max(1, int(line.split()[1]) // 1024)
    return 0
