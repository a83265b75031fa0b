"""What listens at an address where no gateway answered. Asked only after a first call failed, and in under a second."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any, Final

import grpc

from ray_client.config.address import Address
from ray_client.errors import ConnectError, UnreachableError, WrongPeerError
from ray_client.transport.channel import open_channel
from ray_client.transport.status import failure_of
from ray_client_proto.proxies import dial

CONNECT_TIMEOUT_S: Final = 2.0  #: for a plain TCP connection; gRPC has tried for 5 s by then
ANSWER_TIMEOUT_S: Final = 0.4  #: for the first bytes of a peer that we are connected to
CALL_TIMEOUT_S: Final = 0.4  #: for the calls that tell gRPC servers apart, made at the same time

#: What every HTTP/2 connection begins with (RFC 9113, 3.4), and an empty SETTINGS frame.
_HTTP2_HELLO: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
_HTTP1_REQUEST: Final = b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_SETTINGS_FRAME: Final = 4
_TLS_ALERT: Final = b"\x15\x03"

_GIVE_PORT: Final = "give the port of `ray-client-server start`, 20001 unless told otherwise"

#: Of a cluster's dashboard: its usual port, and what it is asked.
_DASHBOARD_PORT: Final = 8265
_VERSION_REQUEST: Final = b"GET /api/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

#: Calls that change nothing, and whom a server that knows the method is.
_GRPC_PEERS: Final = (
    (
        "/ray.rpc.RayletDriver/ClusterInfo",
        b"\x08\x04",  # type: PING
        "the client server inside Ray",
        "it speaks another protocol, for `ray.init` of the same Ray version; {deploy}, or run "
        "`ray-client-server start` there and give its port, 20001 unless told otherwise",
    ),
    (
        "/ray.rpc.NodeInfoGcsService/GetClusterId",
        b"",
        "the control service (GCS) of a Ray cluster",
        "it is what `ray-client-server start --address` wants; give this client the server's own port, 20001 unless "
        "told otherwise; or {deploy}",
    ),
)
_OUR_METHOD: Final = "/ray_client.v1.Gateway/GetServerInfo"
_NO_SUCH_METHOD: Final = "/ray_client.v1.Probe/Nothing"


def reach(address: Address, timeout_s: float) -> None:
    """Make sure that something accepts connections at the address.

    Raises:
        UnreachableError: nothing does.
    """
    _connect(address, timeout_s).close()


@contextmanager
def first_call(address: Address) -> Iterator[None]:
    """Make the first calls to an address in this block: if it is not a gateway, the error says what it is.

    Nothing is asked before a call has failed: over a long way each question costs what the call does.

    Raises:
        UnreachableError: nothing accepts connections there.
        WrongPeerError: something else does.
        grpc.RpcError: the call failed for another reason.
    """
    try:
        yield
    except grpc.RpcError as exc:
        if failure_of(exc) is not None or exc.code() == grpc.StatusCode.CANCELLED:
            raise
        found = identify(address)
        if found is None:
            raise
        usual = Address(address.host, _DASHBOARD_PORT, proxy=address.proxy)
        if isinstance(found, UnreachableError) and address.port != usual.port and _is_dashboard(usual):
            advice = f"a Ray cluster's dashboard answers on that machine, and {_how_to_deploy(usual)}"
            found = UnreachableError(str(address), f"{found.reason} ({advice})")
        raise found from exc


def identify(address: Address) -> ConnectError | None:
    """Give the error that names what listens at the address; None if it may well be a gateway."""
    try:
        return _identify_tls(address) if address.is_tls else _identify_plaintext(address)
    except UnreachableError as exc:
        return exc
    except OSError:
        return None  # cut while we were asking; gRPC's own error says more


def _connect(address: Address, timeout_s: float = CONNECT_TIMEOUT_S) -> socket.socket:
    try:
        return dial(address.host, address.port, timeout_s, address.proxy)
    except (OSError, UnicodeError) as exc:  # UnicodeError: a label of the host name is empty or too long
        reason = f"no connection within {timeout_s:g} s" if isinstance(exc, TimeoutError) else _reason(exc)
        raise UnreachableError(str(address), reason) from exc


def _reason(exc: Exception) -> str:
    return (exc.strerror if isinstance(exc, OSError) else None) or str(exc)


def _identify_plaintext(address: Address) -> ConnectError | None:
    answer = _first_bytes(address, _HTTP2_HELLO)
    name = str(address)
    if answer and len(answer) >= 9 and answer[3] == _SETTINGS_FRAME:
        return _identify_grpc(address)
    if (not answer and _speaks_tls(address) is not None) or (answer and answer.startswith(_TLS_ALERT)):
        return WrongPeerError(name, "a server that speaks TLS", f"write the address as rays://{address.target}")
    if answer is None:
        return WrongPeerError(name, "something that accepts connections and says nothing", _GIVE_PORT)
    if not answer.startswith(b"HTTP/"):
        # Some servers of HTTP/1 cannot make out the version in the hello, and answer without a status line.
        answer = _first_bytes(address, _HTTP1_REQUEST) or answer
    if answer.startswith(b"HTTP/"):
        if _is_dashboard(address):
            return WrongPeerError(name, "the dashboard of a Ray cluster", f"{_how_to_deploy(address)}")
        return WrongPeerError(name, f"an HTTP server{_server_header(answer)}", _GIVE_PORT)
    first = answer.split(b"\n", 1)[0][:40].decode("ascii", "replace").strip()
    does = f"answers {first!r}" if first else "hangs up"
    return WrongPeerError(name, f"something that {does}", _GIVE_PORT)


def _identify_tls(address: Address) -> ConnectError | None:
    protocol = _speaks_tls(address)
    name = str(address)
    if protocol is None:
        advice = f"write the address as ray://{address.target}, or start the server with a certificate"
        found = _identify_plaintext(replace(address, is_tls=False, prefix=""))
        if isinstance(found, WrongPeerError):
            return WrongPeerError(name, f"{found.peer}, without TLS", found.advice)
        return found or WrongPeerError(name, "a server that does not speak TLS", advice)
    if protocol != "h2":
        return WrongPeerError(name, "an HTTPS server", _GIVE_PORT)
    if _wants_certificate(address):
        return ConnectError(
            f"the server at {name} wants a certificate that its authority has signed, and has not got one; set "
            "RAY_CLIENT_TLS_CERT and RAY_CLIENT_TLS_KEY to the files of yours"
        )
    return None


def _first_bytes(
    address: Address, hello: bytes, timeout_s: float = CONNECT_TIMEOUT_S, until: bytes = b"\r\n\r\n"
) -> bytes | None:
    """Give what the peer says to `hello`, up to 4 KiB: nothing if it hangs up, None if it stays silent."""
    answer = b""
    with closing(_connect(address, timeout_s)) as connection:
        connection.settimeout(ANSWER_TIMEOUT_S)
        try:
            connection.sendall(hello)
            while (more := connection.recv(4096)) and len(answer) < 4096:
                answer += more
                # An HTTP server may send its status line and its headers apart.
                if not answer.startswith(b"HTTP/") or until in answer:
                    return answer
        except TimeoutError:
            return answer or None
        except OSError:
            return answer
    return answer


def _is_dashboard(address: Address) -> bool:
    """Tell whether a Ray cluster's dashboard answers there, without TLS."""
    try:
        answer = _first_bytes(address, _VERSION_REQUEST, ANSWER_TIMEOUT_S, until=b"ray_version")
        return b'"ray_version"' in (answer or b"")
    except (UnreachableError, OSError):
        return False


def _how_to_deploy(dashboard: Address) -> str:
    url = f"http://{dashboard.target}"
    return f"`ray-client deploy {url}` brings a server onto its cluster, which init({url!r}) then finds"


def _server_header(answer: bytes) -> str:
    for line in answer.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.strip().lower() == b"server":
            return f" ({value.strip()[:60].decode('ascii', 'replace')})"
    return ""


def _speaks_tls(address: Address) -> str | None:
    """Give the protocol agreed on by TLS, empty if it names none; None if the peer does not speak TLS."""
    try:
        with _secure(address) as secured:
            return secured.selected_alpn_protocol() or ""
    except ssl.SSLError as exc:
        is_alert = "ALERT" in (exc.reason or "")  # such as one that wants a client certificate
        return "h2" if is_alert else None
    except OSError:
        return None


def _wants_certificate(address: Address) -> bool:
    """Tell whether a TLS server hangs up on who has no certificate, instead of sending SETTINGS (RFC 9113, 3.4)."""
    try:
        with _secure(address) as secured:
            return not secured.recv(1)
    except ssl.SSLError as exc:
        return "CERTIFICATE_REQUIRED" in (exc.reason or "")  # as RFC 8446, 6.2 has it; gRPC's servers only hang up
    except OSError:
        return False


@contextmanager
def _secure(address: Address) -> Iterator[ssl.SSLSocket]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is sent: this only asks what is spoken
    context.set_alpn_protocols(["h2", "http/1.1"])
    with closing(_connect(address)) as connection:
        connection.settimeout(ANSWER_TIMEOUT_S)
        with context.wrap_socket(connection, server_hostname=address.host) as secured:
            yield secured


def _identify_grpc(address: Address) -> ConnectError | None:
    """Ask a gRPC server for methods of the servers that are easily mistaken for a gateway."""
    bodies = {_OUR_METHOD: b"", _NO_SUCH_METHOD: b"", **{method: body for method, body, _, _ in _GRPC_PEERS}}
    with closing(open_channel(address)) as channel:
        raw: Any = channel  # the stubs of grpc insist on serializers
        calls = {
            method: raw.unary_unary(method).future(body, timeout=CALL_TIMEOUT_S) for method, body in bodies.items()
        }
        status = {method: call.code() for method, call in calls.items()}
    unknown = grpc.StatusCode.UNIMPLEMENTED
    if status[_OUR_METHOD] != unknown or status[_NO_SUCH_METHOD] != unknown:
        return None  # a gateway after all; or it answers everything the same way, and nothing can be learned
    for method, _, peer, advice in _GRPC_PEERS:
        if status[method] not in (unknown, grpc.StatusCode.UNAVAILABLE):
            deploy = _how_to_deploy(Address(address.host, _DASHBOARD_PORT))
            return WrongPeerError(str(address), peer, advice.format(deploy=deploy))
    return WrongPeerError(str(address), "another gRPC server", _GIVE_PORT)
