"""The driver's line to the gateway."""

from __future__ import annotations

import json
import os
import queue
import socket
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

from ray_client_server.driver.control import Control


class Gateway:
    def __init__(self, path: str) -> None:
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listening.bind(path)
        self.listening.listen()

    def accept(self) -> None:
        self.line, _ = self.listening.accept()
        self.reader = self.line.makefile("r")

    def read(self) -> Any:
        return json.loads(self.reader.readline())

    def close(self) -> None:
        self.reader.close()
        self.line.close()


@pytest.fixture
def path() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"{folder}/c"


@pytest.fixture
def gateway(path: str) -> Iterator[Gateway]:
    gateway = Gateway(path)
    yield gateway
    gateway.listening.close()


def test_events_and_orders_are_lines_of_json(path: str, gateway: Gateway) -> None:
    control = Control(path, "s-1")
    gateway.accept()
    assert gateway.read() == {"session": "s-1", "event": "hello", "pid": os.getpid()}
    control.report("ready", job_id="01")
    assert gateway.read() == {"session": "s-1", "event": "ready", "job_id": "01"}
    orders: queue.SimpleQueue[Any] = queue.SimpleQueue()
    control.listen(orders.put, lambda: orders.put("gone"))
    gateway.line.sendall(b'{"do": "drain", "within_s": 2}\n')
    assert orders.get(timeout=10) == {"do": "drain", "within_s": 2}
    gateway.close()
    assert orders.get(timeout=10) == "gone"
    control.report("ended", reason="gateway gone")  # to nobody, and without harm
    control.close()


def test_a_line_that_makes_no_sense_counts_as_the_end(path: str, gateway: Gateway) -> None:
    control = Control(path, "s-1")
    gateway.accept()
    orders: queue.SimpleQueue[Any] = queue.SimpleQueue()
    control.listen(orders.put, lambda: orders.put("gone"))
    gateway.line.sendall(b"nonsense\n")
    assert orders.get(timeout=10) == "gone"
    gateway.close()
    control.close()


def test_without_a_gateway_there_is_no_driver(path: str) -> None:
    with pytest.raises(OSError):
        Control(path, "s-1")
