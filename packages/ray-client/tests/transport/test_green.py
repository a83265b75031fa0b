"""Which replaced threads gRPC works with. The modules are stand-ins: the real ones change the whole process."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from ray_client.errors import ConnectError
from ray_client.transport import green


def replaced(
    monkeypatch: pytest.MonkeyPatch, gevent: tuple[str, ...] = (), eventlet: tuple[str, ...] = ()
) -> list[str]:
    """Have these parts of the standard library be replaced; gives what gRPC is told."""
    told: list[str] = []
    monkeypatch.setitem(sys.modules, "gevent.monkey", SimpleNamespace(is_module_patched=gevent.__contains__))
    monkeypatch.setitem(sys.modules, "eventlet.patcher", SimpleNamespace(is_monkey_patched=eventlet.__contains__))
    monkeypatch.setitem(
        sys.modules, "grpc.experimental.gevent", SimpleNamespace(init_gevent=lambda: told.append("gevent"))
    )
    monkeypatch.setattr("grpc.experimental.gevent", sys.modules["grpc.experimental.gevent"], raising=False)
    green.prepare_threads.cache_clear()
    return told


def test_with_gevent_grpc_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told = replaced(monkeypatch, gevent=("threading", "queue", "socket"))
    green.prepare_threads()
    green.prepare_threads()
    assert told == ["gevent"]


def test_what_leaves_threads_alone_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert replaced(monkeypatch, gevent=("socket",), eventlet=("socket",)) == []
    green.prepare_threads()


@pytest.mark.parametrize(
    ("parts", "reason"),
    [({"gevent": ("queue",)}, "queue=False"), ({"eventlet": ("thread",)}, "eventlet")],
    ids=["gevent's queues alone", "eventlet"],
)
def test_what_cannot_work_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, parts: dict[str, tuple[str, ...]], reason: str
) -> None:
    replaced(monkeypatch, **parts)
    for _ in range(2):  # each time
        with pytest.raises(ConnectError, match=reason):
            green.prepare_threads()
