"""Tunnels to drivers, and where the public port sends what is no tunnel (docs/protocol.md, rules U1 to U5)."""

from __future__ import annotations

import contextlib
import glob
import logging
import os
import socket
from pathlib import Path

import grpc
import pytest

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import tunnel
from ray_client_server.config import Limits, TlsSettings
from ray_client_server.gateway.listening import listen

TOKEN = "a-token-of-enough-characters"
BEARER = ("authorization", "Bearer " + TOKEN)


@pytest.fixture
def make_tunnel(rig):
    """Open a channel to a session's driver, as a client does."""
    with contextlib.ExitStack() as channels:

        def make(opened, rig=rig, token=None, credentials=None):
            headers = "\n".join(":".join(header) for header in tunnel.headers(opened.session_id, opened.secret, token))
            options = [("grpc.http_connect_server", tunnel.AUTHORITY), ("grpc.http_connect_headers", headers)]
            if credentials is None:
                channel = grpc.insecure_channel(f"127.0.0.1:{rig.port}", options=options)
            else:
                channel = grpc.secure_channel(f"localhost:{rig.port}", credentials, options=options)
            return channels.enter_context(channel)

        yield make


def stream(channel, method="Data"):
    return channel.stream_stream(f"/ray_client.v1.Session/{method}")


def ask(rig, *pieces):
    """Say something to the port, in pieces, and give what comes until it hangs up."""
    with socket.create_connection(("127.0.0.1", rig.port), 20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65536):
                answer += part
        return answer


def request(session_id="x", secret=b"", token=None, authority=tunnel.AUTHORITY):
    lines = [f"CONNECT {authority} HTTP/1.1", *(": ".join(each) for each in tunnel.headers(session_id, secret, token))]
    return "\r\n".join([*lines, "", ""]).encode()


def request_for(opened, token=None):
    return request(opened.session_id, opened.secret, token)


def test_u1_a_tunnel_takes_calls_to_the_driver_as_they_are(rig, make_tunnel):
    opened = rig.open()
    messages = [b"", b"a", os.urandom(3_000_000), b"z" * 100]
    call = stream(make_tunnel(opened))(iter(messages), metadata=rig.identity(opened), timeout=20)
    assert list(call) == messages
    assert ("ray-client-note", "done") in [tuple(entry) for entry in call.trailing_metadata()]
    assert rig.drivers[0].seen_metadata["user-agent"].startswith("grpc-python/")  # the client's own, not a relay's


def test_u1_calls_of_other_services_find_only_the_driver_there(rig, make_tunnel):
    stub = gateway_pb2_grpc.GatewayStub(make_tunnel(rig.open()))
    with pytest.raises(grpc.RpcError):
        stub.GetServerInfo(pb.ServerInfoRequest(), timeout=20)


def test_u1_what_was_sent_with_the_request_is_for_the_driver(rig):
    hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
    with socket.create_connection(("127.0.0.1", rig.port), 20) as connection:
        connection.sendall(request_for(rig.open()) + hello)
        answer = b""
        while len(answer) < len(tunnel.ACCEPTED) + 4:
            answer += connection.recv(4096)
    assert answer.startswith(tunnel.ACCEPTED)
    assert answer[len(tunnel.ACCEPTED) + 3] == 4  # SETTINGS, with which a server of HTTP/2 begins


def test_u1_a_request_may_come_in_any_pieces(rig):
    whole = request()
    for size in (1, 3, 8, 20):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert ask(rig, *pieces).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("given", [None, "", TOKEN + "x"])
def test_u2_without_the_token_nobody_gets_near_a_driver(make_rig, given):
    rig = make_rig(token=TOKEN)
    *_, last = rig.stub.OpenSession(rig.request(), metadata=[BEARER])
    assert ask(rig, request_for(last.opened, given)).startswith(b"HTTP/1.1 401 ")
    stolen = tunnel.headers(last.opened.session_id, b"another", TOKEN)[2]
    head = request_for(last.opened).replace(request_for(last.opened).split(b"\r\n")[3], ": ".join(stolen).encode())
    assert ask(rig, head).startswith(b"HTTP/1.1 401 ")


def test_u3_with_the_token_the_tunnel_opens_and_the_driver_never_sees_it(make_rig, make_tunnel):
    rig = make_rig(token=TOKEN)
    *_, last = rig.stub.OpenSession(rig.request(), metadata=[BEARER])
    channel = make_tunnel(last.opened, rig, TOKEN)
    assert list(stream(channel)(iter([b"x"]), metadata=rig.identity(last.opened), timeout=20)) == [b"x"]
    assert "authorization" not in rig.drivers[0].seen_metadata


def test_u2_an_unknown_id_and_a_wrong_secret_look_the_same(rig):
    opened = rig.open()
    wrong, other = request(opened.session_id, b"\0" * 32), request("0" * 36, opened.secret)
    answers = {ask(rig, head) for head in (wrong, other, b"CONNECT session HTTP/1.1\r\n\r\n")}
    assert answers == {tunnel.refusal(404, "Not Found")}


def test_u2_an_ended_session_and_one_whose_driver_is_not_there_are_told_apart(rig):
    rig.script.obeys = False
    opened = rig.open()
    os.unlink(rig.drivers[0].settings.socket_path)
    assert ask(rig, request_for(opened)).startswith(b"HTTP/1.1 503 ")
    rig.stub.CloseSession(pb.CloseSessionRequest(reason="had enough"), metadata=rig.identity(opened))
    assert ask(rig, request_for(opened)).startswith(b"HTTP/1.1 410 ")


@pytest.mark.parametrize("head", [request(authority="elsewhere:443"), b"CONNECT \xff\r\n\r\n", b"CONNECT \r\n\r\n"])
def test_u2_the_port_is_no_proxy(rig, head):
    assert ask(rig, head).startswith(b"HTTP/1.1 400 ")


def test_u2_a_request_without_end_is_refused(make_rig):
    rig = make_rig(limits=Limits(metadata_bytes=1000))
    assert ask(rig, b"CONNECT session HTTP/1.1\r\n", b"a: b\r\n" * 300).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("said", [b"", b"CONN", request()[:-2]])
def test_who_does_not_say_where_to_is_hung_up_on(make_rig, said):
    rig = make_rig(limits=Limits(handshake_s=0.3))
    assert ask(rig, said) == b""


def test_u4_a_driver_that_dies_cuts_the_tunnel_and_the_gateways_own_call_says_why(rig, make_tunnel, refused):
    opened = rig.open()
    call = stream(make_tunnel(opened), "Wait")(iter([]), metadata=rig.identity(opened), timeout=20)
    assert next(call) == b"waiting"
    rig.do(_call(rig.drivers[0].kill))
    with pytest.raises(grpc.RpcError):
        next(call)
    rig.until(lambda: rig.sessions == [])
    failure = refused(lambda: rig.call("Data", opened)([]))[1]
    assert (failure.code, failure.details["reason"]) == (Failure.SESSION_ENDED, "its driver died (killed by SIGKILL)")


def test_a_client_that_goes_is_gone_for_the_driver_too(rig, make_tunnel):
    opened = rig.open()
    channel = make_tunnel(opened)
    call = stream(channel, "Wait")(iter([]), metadata=rig.identity(opened), timeout=20)
    assert next(call) == b"waiting"
    channel.close()
    rig.until(rig.drivers[0].cancelled.is_set)
    rig.until(lambda: len(rig.gateway._front._splices) == 1)  # that of the rig's own channel


@pytest.mark.parametrize("takes_tunnels", [True, False])
def test_u5_tunnels_are_offered_where_the_driver_takes_them(rig, takes_tunnels):
    rig.script.capabilities = ["tunnel"] if takes_tunnels else None
    client = pb.ClientInfo(version="9", protocol=pb.ProtocolRange(oldest=1, newest=1), capabilities=["tunnel", "x"])
    assert rig.open(client=client).capabilities == (["tunnel"] if takes_tunnels else [])


@pytest.mark.parametrize(
    "said", [b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"C\n", b"\0" * 100]
)
def test_u5_what_is_no_tunnel_is_answered_by_the_gateways_server(rig, said):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(rig.gateway._server_path)
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        direct = connection.recv(4096)
    with socket.create_connection(("127.0.0.1", rig.port), 20) as connection:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(4096) == direct


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("wants_certificates", [False, True])
def test_u1_with_tls_the_tunnel_is_as_secure_as_the_port(make_rig, make_tunnel, certificate, wants_certificates):
    cert, key = (Path(path).read_bytes() for path in certificate)
    rig = make_rig(tls=TlsSettings(*certificate, certificate[0] if wants_certificates else None))
    shown = grpc.ssl_channel_credentials(cert, key, cert)
    with grpc.secure_channel(f"localhost:{rig.port}", shown) as channel:
        *_, last = gateway_pb2_grpc.GatewayStub(channel).OpenSession(rig.request(), timeout=20)
    metadata = rig.identity(last.opened)
    assert list(stream(make_tunnel(last.opened, rig, None, shown))(iter([b"x"]), metadata=metadata)) == [b"x"]
    for credentials in (None, *([grpc.ssl_channel_credentials(cert)] if wants_certificates else [])):
        with pytest.raises(grpc.RpcError):
            list(stream(make_tunnel(last.opened, rig, None, credentials))(iter([]), metadata=metadata, timeout=20))
    rig.do(_call(rig.drivers[0].kill))
    rig.until(lambda: rig.sessions == [] and not glob.glob(f"{rig.drivers[0].settings.socket_path}*"))


def test_u5_a_driver_in_a_built_environment_is_not_told_of_certificates_and_has_no_tunnel(make_rig, certificate):
    rig = make_rig(tls=TlsSettings(*certificate))
    with grpc.secure_channel(
        f"localhost:{rig.port}", grpc.ssl_channel_credentials(Path(certificate[0]).read_bytes())
    ) as channel:
        client = pb.ClientInfo(protocol=pb.ProtocolRange(oldest=1, newest=1), capabilities=["tunnel", "bulk"])
        agreed = []
        for runtime_env in ("{}", '{"pip": ["x"]}'):
            request = rig.request(client=client, runtime_env_json=runtime_env)
            *_, last = gateway_pb2_grpc.GatewayStub(channel).OpenSession(request, timeout=20)
            agreed.append(list(last.opened.capabilities))
    assert agreed == [["bulk", "tunnel"], ["bulk"]]
    assert [driver.settings.tls is None for driver in rig.drivers] == [False, True]


def test_the_log_names_the_caller(make_rig, refused, caplog):
    rig = make_rig(token=TOKEN)
    with caplog.at_level(logging.WARNING, "ray_client_server"):
        refused(lambda: rig.stub.GetServerInfo(pb.ServerInfoRequest()))
    assert "peer=ipv4:127.0.0.1:" in caplog.text


def test_the_port_is_free_and_nothing_is_left_once_it_has_stopped(make_rig):
    rig = make_rig()
    assert rig.open()
    rig.do(rig.gateway.stop(is_urgent=True))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", rig.port), 5)
    assert not rig.gateway._front._splices


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "[::]", "[::1]"])
def test_every_address_of_a_host_listens_on_one_port(host):
    if "::1" in host and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    listeners = listen(host, 0)
    try:
        (port,) = {listener.getsockname()[1] for listener in listeners}
        reached = "::1" if host == "[::1]" else "127.0.0.1"
        socket.create_connection((reached, port), 5).close()
    finally:
        for listener in listeners:
            listener.close()


def test_a_host_of_another_machine_is_an_error():
    with pytest.raises(OSError, match="assign"):
        listen("192.0.2.1", 0)


async def _call(function):
    function()
