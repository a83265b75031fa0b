"""Who may call, what is served beside sessions, and how the port behaves."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import grpc
import pytest

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.config import GatewaySettings, Limits, TlsSettings
from ray_client_server.errors import StartError
from ray_client_server.gateway import users
from ray_client_server.gateway.server import check_security
from ray_client_server.observability import health
from ray_client_server.observability.health import (
    NOT_SERVING,
    SERVING,
    HealthCheckRequest,
    HealthCheckResponse,
)

TOKEN = "a-token-of-enough-characters"


def check(channel, service=""):
    call = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    return call(HealthCheckRequest(service=service), timeout=5).status


@pytest.mark.parametrize("given", [None, "", TOKEN, "Bearer " + TOKEN + "x", "Bearer ", "bearer " + TOKEN])
def test_m1_without_the_token_every_call_is_refused(make_rig, refused, given):
    rig = make_rig(token=TOKEN)
    metadata = [] if given is None else [("authorization", given)]
    calls = [
        lambda: rig.stub.OpenSession(rig.request(), metadata=metadata),
        lambda: rig.stub.GetServerInfo(pb.ServerInfoRequest(), metadata=metadata),
        lambda: rig.stub.UploadPackage(iter([]), metadata=metadata),
        lambda: rig.channel.stream_stream("/ray_client.v1.Session/Data")(iter([]), metadata=metadata),
        lambda: rig.channel.unary_unary("/no.such.Service/AtAll")(b"", metadata=metadata),
    ]
    for call in calls:
        status, failure = refused(call)
        assert (status, failure.code) == (grpc.StatusCode.UNAUTHENTICATED, Failure.UNAUTHENTICATED)
    assert rig.drivers == []


def test_m1_the_token_is_refused_twice_over(make_rig, refused):
    rig = make_rig(token=TOKEN)
    twice = [("authorization", "Bearer " + TOKEN)] * 2
    assert refused(lambda: rig.stub.GetServerInfo(pb.ServerInfoRequest(), metadata=twice))[1].code


def test_m1_the_refusal_comes_before_any_message_is_read(make_rig, refused):
    rig = make_rig(token=TOKEN)
    not_a_message = b"\xff" * 1000
    status, _ = refused(lambda: rig.channel.unary_unary("/ray_client.v1.Gateway/GetServerInfo")(not_a_message))
    assert status == grpc.StatusCode.UNAUTHENTICATED


def test_m1_with_the_token_calls_are_answered_and_health_needs_none(make_rig):
    rig = make_rig(token=TOKEN)
    info = rig.stub.GetServerInfo(pb.ServerInfoRequest(), metadata=[("authorization", "Bearer " + TOKEN)])
    assert info.max_sessions == 50 and info.ray_version == "2.60.0" and info.protocol.newest == 1
    assert check(rig.channel) == SERVING


def test_health_says_when_the_gateway_drains(rig):
    watch = rig.channel.unary_stream(
        "/grpc.health.v1.Health/Watch",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )(HealthCheckRequest(service="ray_client.v1.Gateway"))
    assert next(watch).status == SERVING
    rig.do(rig.gateway.drain(0.1))
    assert next(watch).status == NOT_SERVING
    assert check(rig.channel) == NOT_SERVING
    watch.cancel()


def health_of_a_stranger(rig, metadata):
    """Ask for the health with a message of which most never comes."""
    call = rig.channel.unary_unary("/grpc.health.v1.Health/Check")
    large = b"\x0a\x80\x80\x80\x05" + bytes(5 << 21)  # a name of 10 MiB
    return call(large, metadata=metadata, timeout=20)


def test_m1_of_a_call_for_health_without_the_token_no_message_is_read(make_rig):
    rig = make_rig(token=TOKEN)
    serving = HealthCheckResponse(status=SERVING).SerializeToString()
    assert health_of_a_stranger(rig, []) == serving
    with pytest.raises(grpc.RpcError) as caught:  # it is read, and there is no such service
        health_of_a_stranger(rig, [("authorization", "Bearer " + TOKEN)])
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND and len(caught.value.details()) < 2000


def test_of_those_who_watch_the_health_the_first_gives_way_to_one_too_many(rig, monkeypatch):
    monkeypatch.setattr(health, "WATCHING", 2)
    watch = rig.channel.unary_stream("/grpc.health.v1.Health/Watch")
    watching = []
    for _ in range(3):  # one after the other
        watching.append(watch(b"", timeout=30))
        assert next(watching[-1])
    with pytest.raises(grpc.RpcError) as caught:
        next(watching[0])
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    rig.do(rig.gateway.drain(0.1))
    not_serving = HealthCheckResponse(status=NOT_SERVING).SerializeToString()
    assert [next(each) for each in watching[1:]] == [not_serving] * 2
    for each in watching:
        each.cancel()
    rig.until(lambda: not rig.gateway._health._watching)


def test_health_of_an_unknown_service_is_not_found(rig):
    with pytest.raises(grpc.RpcError) as caught:
        check(rig.channel, "nobody")
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def test_metadata_of_a_call_has_a_size(rig):
    def call(size_bytes):
        rig.stub.GetServerInfo(pb.ServerInfoRequest(), metadata=[("x", "x" * size_bytes)], timeout=20)

    call(40_000)
    with pytest.raises(grpc.RpcError) as caught:
        call(100_000)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_calls_on_one_channel_are_bounded(make_rig):
    rig = make_rig(limits=Limits(streams=2))
    watch = rig.channel.unary_stream("/grpc.health.v1.Health/Watch")
    watching = [watch(b""), watch(b"")]
    assert all(next(each) for each in watching)
    with pytest.raises(grpc.RpcError) as caught:
        rig.stub.GetServerInfo(pb.ServerInfoRequest(), timeout=0.5)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    watching[0].cancel()
    assert rig.stub.GetServerInfo(pb.ServerInfoRequest(), timeout=20).max_sessions
    watching[1].cancel()


def test_a_port_that_is_taken_is_an_error(rig, make_rig):
    with pytest.raises(StartError, match="taken"):
        rig.do(_second_gateway(rig))


async def _second_gateway(rig):
    from ray_client_server.cluster.finding import Cluster
    from ray_client_server.gateway.server import Gateway

    settings = GatewaySettings(port=rig.port)
    gateway = Gateway(settings, Cluster("127.0.0.1:1", "2", {}, is_ours=False), rig.directory / "tmp", rig)
    try:
        await gateway.start()
    finally:
        await gateway.stop(is_urgent=True)


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "192.0.2.1", "head.example"])
def test_beyond_loopback_it_takes_a_token_or_the_word_insecure(host):
    with pytest.raises(StartError, match="--insecure"):
        check_security(GatewaySettings(host=host))
    check_security(GatewaySettings(host=host, token=TOKEN))
    check_security(GatewaySettings(host=host, is_insecure=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"])
def test_on_loopback_it_takes_nothing(host):
    check_security(GatewaySettings(host=host))


@pytest.mark.parametrize(
    ("others", "settings", "is_warned"),
    [
        ({1001, 1002}, {}, True),
        ({1001}, {"token": TOKEN}, False),
        (set(), {}, False),
        (set(), {"host": "0.0.0.0", "is_insecure": True}, True),
    ],
)
def test_without_a_token_one_line_says_who_may_run_code(others, settings, is_warned, monkeypatch, caplog):
    monkeypatch.setattr("ray_client_server.gateway.server.other_users", lambda: others)
    check_security(GatewaySettings(**settings))
    assert len(caplog.records) == is_warned
    if is_warned:
        assert "run code as" in caplog.text and "RAY_CLIENT_TOKEN" in caplog.text


def test_people_and_not_services_are_other_users(monkeypatch):
    def entry(uid, shell):
        return SimpleNamespace(pw_uid=uid, pw_shell=shell)

    known = [entry(1, "/bin/sh"), entry(1001, "/bin/bash"), entry(1002, "/usr/sbin/nologin"), entry(65534, "/bin/sh")]
    monkeypatch.setattr("pwd.getpwall", lambda: known)
    monkeypatch.setattr("pathlib.Path.iterdir", lambda _: iter(()))
    assert users.other_users() == {1001}
    monkeypatch.setattr("os.geteuid", lambda: 1001)
    assert users.other_users() == set()


def secure_stub(rig, certificate, shows_its_own):
    cert, key = (Path(path).read_bytes() for path in certificate)
    credentials = grpc.ssl_channel_credentials(cert, *((key, cert) if shows_its_own else ()))
    return grpc.secure_channel(f"localhost:{rig.port}", credentials)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("wants_certificates", [False, True])
def test_tls_with_and_without_certificates_of_clients(make_rig, certificate, wants_certificates):
    tls = TlsSettings(*certificate, certificate[0] if wants_certificates else None)
    rig = make_rig(tls=tls)
    for shows_its_own in (True, False):
        with secure_stub(rig, certificate, shows_its_own) as channel:
            stub = gateway_pb2_grpc.GatewayStub(channel)
            if wants_certificates and not shows_its_own:
                with pytest.raises(grpc.RpcError):
                    stub.GetServerInfo(pb.ServerInfoRequest(), timeout=5)
            else:
                assert stub.GetServerInfo(pb.ServerInfoRequest(), timeout=5).version
