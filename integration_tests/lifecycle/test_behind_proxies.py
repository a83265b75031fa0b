"""Sessions through a proxy that ends TLS: nginx with its usual recipes, and a proxy of our own that knows no HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from cluster import private_environment
from gateway import Gateway
from processes import Process, kill_marked, new_mark, poll

import ray_client as ray
from ray_client import errors
from ray_client.config.settings import TlsSettings

LARGE = bytes(range(256)) * 40_000

#: What docs/operations.md tells people to write, with what nginx needs to run without being installed.
RECIPE = """
daemon off;
master_process off;
pid {home}/pid;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {home}/cert.pem;
        ssl_certificate_key {home}/key.pem;
        client_max_body_size 0;
        client_body_timeout 1d;
        if ($http_x_who != "ada") {{ return 403; }}
        location /clusters/blue/session {{
            proxy_pass http://127.0.0.1:{gateway_port};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
        }}
        location /clusters/blue/ {{
            rewrite ^/clusters/blue(/.*)$ $1 break;
            grpc_pass grpc://127.0.0.1:{gateway_port};
            grpc_read_timeout 1d;
            grpc_send_timeout 1d;
        }}
    }}
}}
"""


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that clients know."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("RAY_CLIENT_TLS_CA", str(tmp_path / "ca.pem"))
    return authority


def use(address: str, gateway: Gateway, tls: TlsSettings | None = None) -> None:
    """See to it that values go both ways, and that the data stream passes no gRPC."""

    @ray.remote
    def turn(value: bytes) -> bytes:
        return value[::-1]

    with ray.init(address, tls=tls, log_to_driver=False, direct=False) as context:
        assert ray.get(turn.remote(b"abc")) == b"cba"
        assert ray.get(turn.remote(ray.put(LARGE))) == LARGE[::-1]
        assert gateway.has_given_away(context.session_id)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="there is no nginx here (Debian: apt install nginx)")
def test_nginx_with_a_path_prefix_and_a_login(gateway: Gateway, authority: trustme.CA, tmp_path: Path) -> None:
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.private_key_and_cert_chain_pem.write_to_path(tmp_path / "cert.pem")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "nginx.conf").write_text(RECIPE.format(home=tmp_path, port=port, gateway_port=gateway.port))
    mark = new_mark()
    command = [str(shutil.which("nginx")), "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    nginx = Process(command, private_environment(tmp_path, mark), cwd=tmp_path)
    try:
        assert poll(lambda: answers(port) or not nginx.is_alive, 10) and nginx.is_alive, nginx.describe()
        settings = TlsSettings(ca_path=str(tmp_path / "ca.pem"), headers=lambda: {"X-Who": "ada"})
        use(f"rays://127.0.0.1:{port}/clusters/blue", gateway, settings)
        with pytest.raises(errors.ConnectError, match="403"):
            ray.init(f"rays://127.0.0.1:{port}/clusters/blue", connect_timeout_s=10)
    finally:
        nginx.end(within_s=10)
        kill_marked(mark)


def answers(port: int) -> bool:
    """Whether somebody listens."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def test_a_proxy_that_ends_tls(gateway: Gateway, authority: trustme.CA) -> None:
    with ending_tls(gateway.port, authority) as port:
        use(f"rays://127.0.0.1:{port}", gateway)


@contextlib.contextmanager
def ending_tls(target_port: int, authority: trustme.CA) -> Iterator[int]:
    """A proxy that ends TLS, and passes the bytes on as they are; give its port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.set_alpn_protocols(["h2", "http/1.1"])

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target_port)
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)

    async def stop() -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
