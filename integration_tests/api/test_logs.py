"""What tasks print reaches the user; which of it can be changed at any time (L1 to L3)."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from gateway import Gateway
from printed import Printed

import ray_client as ray
from ray_client.exceptions import WorkerCrashedError
from ray_client_proto.v1 import log_pb2, session_pb2_grpc
from ray_client_proto.wire.metadata import SESSION_ID, SESSION_SECRET


@ray.remote
def say(out: str, err: str = "") -> None:
    print(out)  # noqa: T201
    if err:
        print(err, file=sys.stderr)  # noqa: T201


@contextlib.contextmanager
def another_reader(context: ray.ClientContext, gateway: Gateway) -> Iterator[Iterator[str]]:
    """Attach to the session's logs beside the library; gives the lines of standard output as they come (L3)."""
    opened = context._connection.session.opened
    metadata = ((SESSION_ID, opened.session_id), (SESSION_SECRET, opened.secret))
    is_done = threading.Event()

    def requests() -> Iterator[log_pb2.LogRequest]:
        yield log_pb2.LogRequest(is_enabled=True, sources=[log_pb2.WORKER_STDOUT])
        is_done.wait(60)

    with grpc.insecure_channel(f"127.0.0.1:{gateway.port}") as channel:
        batches = session_pb2_grpc.SessionStub(channel).Logs(requests(), metadata=metadata, timeout=30)
        try:
            yield (record.text for batch in batches for record in batch.records)
        finally:
            is_done.set()
            batches.cancel()


@pytest.fixture
def output() -> Printed:
    return Printed()


@pytest.fixture
def logged(gateway: Gateway, output: Printed) -> Iterator[ray.ClientContext]:
    context = ray.init(gateway.address, direct=False)
    yield context
    ray.shutdown()


def test_output_of_tasks(logged: ray.ClientContext, output: Printed) -> None:
    ray.get(say.remote("to stdout", "to stderr"))
    assert output.has(lambda seen: "to stdout" in seen.out and "to stderr" in seen.err)
    assert "to stdout" not in output.err
    [line] = [line for line in output.out.splitlines() if "to stdout" in line]
    assert line.startswith("(say pid=")


def test_output_of_actors(logged: ray.ClientContext, output: Printed) -> None:
    @ray.remote
    class Talker:
        def talk(self) -> None:
            print("an actor speaks")  # noqa: T201

    talker = Talker.remote()
    ray.get(talker.talk.remote())
    assert output.has(lambda seen: "an actor speaks" in seen.out)
    assert "(Talker pid=" in output.out


def test_what_the_cluster_says_of_workers_that_died(logged: ray.ClientContext, output: Printed) -> None:
    @ray.remote(max_retries=0)
    def die() -> None:
        os._exit(1)

    with pytest.raises(WorkerCrashedError):
        ray.get(die.remote())
    assert output.has(lambda seen: "(raylet) " in seen.out and " worker died " in seen.out)


def test_many_lines_keep_their_order(logged: ray.ClientContext, output: Printed) -> None:
    @ray.remote
    def count() -> None:
        for i in range(200):
            print(f"line {i:03}")  # noqa: T201

    ray.get(count.remote())
    assert output.has(lambda seen: "line 199" in seen.out)
    lines = [line.rpartition(") ")[2] for line in output.out.splitlines() if "line " in line]
    assert lines == [f"line {i:03}" for i in range(200)]


def test_l4_a_line_of_several_mib_is_whole(logged: ray.ClientContext, output: Printed) -> None:
    text = "ACGT" * (3 << 18)  # no digit in it, and of another length than any buffer

    def is_whole(mark: str) -> bool:
        ray.get(say.remote(f"{text}{mark}\nlast {mark}"))
        assert output.has(lambda seen: f") last {mark}\n" in seen.out)
        return f") {text}{mark}\n" in output.out

    # Ray takes a line for two where it finds it half written, which a busy machine brings about now and then.
    assert any(map(is_whole, "uvwxyz"))


def test_nothing_without_log_to_driver(gateway: Gateway, output: Printed) -> None:
    with ray.init(gateway.address, direct=False, log_to_driver=False):
        ray.get(say.remote("not for us"))
    with ray.init(gateway.address, direct=False):
        ray.get(say.remote("for us"))  # the one before would have come first
        assert output.has(lambda seen: ") for us" in seen.out)
    assert "not for us" not in output.out


def test_sources_can_be_changed(logged: ray.ClientContext, output: Printed) -> None:
    logged.configure_logs(True, sources=["worker_stderr"])
    ray.get(say.remote("only stdout 1", "only stderr 1"))
    assert output.has(lambda seen: "only stderr 1" in seen.err)
    logged.configure_logs(True, sources=["worker_stdout"])
    ray.get(say.remote("only stdout 2", "only stderr 2"))
    assert output.has(lambda seen: "only stdout 2" in seen.out)
    assert "only stdout 1" not in output.out
    assert "only stderr 2" not in output.err


def test_an_unknown_source(logged: ray.ClientContext) -> None:
    with pytest.raises(ValueError, match="worker_stdout"):
        logged.configure_logs(True, sources=["printer"])


def test_off_and_on_again(logged: ray.ClientContext, gateway: Gateway, output: Printed) -> None:
    with another_reader(logged, gateway) as texts:
        logged.configure_logs(False)
        ray.get(say.remote("while off"))
        assert "while off" in texts  # it has been read by whoever wanted it
        logged.configure_logs(True)
        ray.get(say.remote("while on"))
    assert output.has(lambda seen: "while on" in seen.out)
    assert "while off" not in output.out


class Forwarding(logging.Handler):
    """Sends each record to an actor, as programs do that collect their logs on the cluster."""

    def __init__(self, actor: Any) -> None:
        super().__init__()
        self.actor = actor

    def emit(self, record: logging.LogRecord) -> None:
        self.actor.take.remote(record.getMessage())


@ray.remote(num_cpus=0)
class Collector:
    def __init__(self) -> None:
        self.taken: list[str] = []

    def take(self, text: str) -> None:
        self.taken.append(text)

    def all(self) -> list[str]:
        return self.taken


def test_a_handler_that_calls_ray_is_fed_with_the_program_s_own_records_alone(
    logged: ray.ClientContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged.configure_logs(True, level=logging.DEBUG)  # all that the driver logs, too
    collector = Collector.remote()
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [*root.handlers, Forwarding(collector)])
    monkeypatch.setattr(root, "level", logging.DEBUG)
    for number in range(3):
        logging.getLogger("program").info("line %d", number)
    assert ray.get(collector.all.remote()) == ["line 0", "line 1", "line 2"]


def test_what_is_asked_of_the_runtime_context_is_logged_nowhere(logged: ray.ClientContext, output: Printed) -> None:
    context = ray.get_runtime_context()
    assert context.namespace and context.get_job_id()
    with pytest.raises(RuntimeError):
        context.is_canceled()
    ray.get(say.remote("the end"))
    assert output.has(lambda seen: "the end" in seen.out)
    assert "only available" not in output.err


def test_another_reader(logged: ray.ClientContext, gateway: Gateway, output: Printed) -> None:
    with another_reader(logged, gateway) as texts:
        ray.get(say.remote("for two readers"))
        assert "for two readers" in texts
    assert output.has(lambda seen: "for two readers" in seen.out)


@ray.remote(num_cpus=0)
class Speaker:
    def say(self, *lines: str) -> None:
        for line in lines:
            print(line)  # noqa: T201


def test_lines_that_many_processes_print_alike_are_counted(
    gateway: Gateway, output: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_DEDUP_LOGS_AGG_WINDOW_S", "600")  # what is held is told at the end
    names = ["Ada", "Bea", "Cleo", "Dora"]
    with ray.connect(gateway.address, direct=False):
        speakers = [Speaker.remote() for _ in names]
        ray.get([speaker.say.remote("all of us", name) for speaker, name in zip(speakers, names, strict=True)])
        assert output.has(lambda seen: all(f") {name}\n" in seen.out for name in names))
        assert output.out.count("all of us") == 1
    assert output.has(lambda seen: "all of us [repeated 3x across cluster]" in seen.out)
