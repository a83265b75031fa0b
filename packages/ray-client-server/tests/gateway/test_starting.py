"""Places for drivers that start: one client's sleepers keep nobody out."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import grpc
import pytest

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.config import Limits
from ray_client_server.gateway import servicer
from ray_client_server.gateway.sessions import UNUSED_S
from ray_client_server.gateway.starting import SHARE, STARTS, StartPlaces


async def hold(places, client, started, until):
    async with places.place(client):
        started.append(client)
        await until.wait()


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


def run(work):
    return asyncio.run(asyncio.wait_for(work, 20))


def test_one_client_has_a_share_and_another_one_the_rest():
    async def work():
        places, started, until = StartPlaces(60, count=4, share=2), [], asyncio.Event()
        tasks = [asyncio.ensure_future(hold(places, "bad", started, until)) for _ in range(10)]
        await settle()
        assert started == ["bad"] * 2
        tasks.append(asyncio.ensure_future(hold(places, "good", started, until)))
        await settle()
        assert started == ["bad"] * 2 + ["good"]
        until.set()
        await asyncio.gather(*tasks)
        assert places._free == 4 and not places._held

    run(work())


def test_a_free_place_goes_to_who_has_fewest():
    async def work():
        places, started, until = StartPlaces(60, count=3, share=2), [], asyncio.Event()
        first = asyncio.ensure_future(hold(places, "a", started, until))
        tasks = [asyncio.ensure_future(hold(places, name, started, until)) for name in ("b", "b", "b", "c")]
        await settle()
        assert started == ["a", "b", "b"]
        first.cancel()
        await settle()
        assert started[3:] == ["c"]
        until.set()
        await asyncio.gather(*tasks)

    run(work())


def test_who_sleeps_gives_the_place_away_and_goes_on():
    async def work():
        places, started, until = StartPlaces(0.01, count=2, share=2), [], asyncio.Event()
        tasks = [asyncio.ensure_future(hold(places, "bad", started, until)) for _ in range(8)]
        good = asyncio.ensure_future(hold(places, "good", started, until))
        while "good" not in started:
            await asyncio.sleep(0.001)
        until.set()
        await asyncio.gather(good, *tasks)
        await settle()
        assert places._free == 2

    run(work())


def test_who_gives_up_while_waiting_or_just_after_holds_nothing():
    async def work():
        places, started, until = StartPlaces(60, count=1, share=1), [], asyncio.Event()
        first = asyncio.ensure_future(hold(places, "a", started, until))
        await settle()
        waiting = asyncio.ensure_future(hold(places, "b", started, until))
        await settle()
        waiting.cancel()
        await settle()
        again = asyncio.ensure_future(hold(places, "c", started, until))
        await settle()
        first.cancel()
        again.cancel()  # the place is its own in this very moment
        await settle()
        assert places._free == 1 and not places._held and not places._waiting

    run(work())


@pytest.fixture
def sleepers(make_rig):
    """Have one client open more sessions than there are places, whose drivers never get ready."""
    rig = make_rig(limits=Limits(driver_end_s=0.5))
    rig.script.gets_ready = False
    with contextlib.ExitStack() as stack:
        bad = stack.enter_context(grpc.insecure_channel(f"127.0.0.1:{rig.port}", [("x", 1)]))
        calls = [
            gateway_pb2_grpc.GatewayStub(bad).OpenSession(rig.request({"user": "bad", "pid": 1}))
            for _ in range(STARTS + 4)
        ]
        for call in calls:
            stack.callback(call.cancel)
            next(call)
        yield rig


def test_sleeping_drivers_of_one_client_keep_another_one_not_waiting(sleepers):
    rig = sleepers
    rig.until(lambda: len(rig.drivers) == 4)
    rig.script.gets_ready = True
    *_, last = rig.stub.OpenSession(rig.request({"user": "good", "pid": 2}), timeout=4)  # before any gives up
    assert last.opened.session_id


def test_environments_that_take_long_to_build_give_their_places_away_too(make_rig, monkeypatch):
    monkeypatch.setattr(servicer, "BUILD_HOLD_S", 0.05)
    rig = make_rig(limits=Limits(driver_end_s=0.5))
    rig.script.gets_ready = False
    calls = [rig.stub.OpenSession(rig.request(runtime_env_json='{"pip": ["x"]}')) for _ in range(SHARE + 1)]
    rig.until(lambda: rig.launched == [True] * len(calls))
    for call in calls:
        call.cancel()


def test_where_all_is_full_one_that_nobody_came_to_for_long_gives_way(rig, refused):
    opened, used = rig.open(), rig.open()
    echo = rig.call("Data", used)([b"x", b"wait"])
    assert next(echo) == b"x"
    for session in rig.sessions:
        session.ready_at_s -= UNUSED_S
    rig.open()
    _, failure = refused(lambda: rig.stub.CloseSession(pb.CloseSessionRequest(), metadata=rig.identity(opened)))
    assert failure.code == Failure.SESSION_ENDED and "nobody had come to it" in failure.message
    assert next(echo) == b"waiting"
    echo.cancel()


def test_where_all_is_full_the_client_that_has_most_sessions_to_come_to_gives_way(make_rig, refused):
    rig = make_rig(limits=Limits(sessions=SHARE + 2, driver_end_s=0.5))
    rig.script.gets_ready = False

    def open_as(user):
        call = rig.stub.OpenSession(rig.request({"user": user}), timeout=20)
        next(call)
        return call

    bad = [open_as("bad") for _ in range(SHARE + 2)]  # the last two wait for a place to start
    good = [open_as("good") for _ in range(3)]
    for call in bad[3:]:
        _, failure = refused(lambda call=call: call)
        assert failure.details["flag"] == "--limit-sessions" and "nobody had come to it" in failure.message
    for user in ("good", "bad"):  # each has three now
        assert refused(lambda user=user: open_as(user))[1].code == Failure.LIMIT_EXCEEDED
    assert [session.client.user for session in rig.sessions] == ["bad"] * 3 + ["good"] * 3
    for call in (*bad[:3], *good):
        call.cancel()


@pytest.mark.parametrize("lease_s", [0, 3600])
def test_a_session_that_nobody_comes_to_ends(make_rig, lease_s):
    rig = make_rig(limits=Limits(handshake_s=0.2, driver_end_s=0.5))
    opened = rig.open(lease_s=lease_s)
    rig.until(lambda: rig.sessions == [])
    with pytest.raises(grpc.RpcError) as caught:
        rig.stub.CloseSession(pb.CloseSessionRequest(), metadata=rig.identity(opened))
    assert "nobody came to it" in str(caught.value)


def test_a_session_that_somebody_came_to_stays(make_rig):
    rig = make_rig(limits=Limits(handshake_s=0.2, driver_end_s=0.5))
    opened = rig.open()
    stop = threading.Event()
    echo = rig.call("Data", opened)(iter(lambda: None if stop.wait(0.01) else b"x", None))
    assert next(echo) == b"x"
    rig.sessions[0].ready_at_s -= 60

    async def look():
        rig.gateway._watch.look()

    rig.do(look())
    assert len(rig.sessions) == 1
    stop.set()
