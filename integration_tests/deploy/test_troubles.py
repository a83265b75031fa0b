"""What goes wrong with `ray-client deploy`, and the answer that it gets."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trustme
from cluster import Head, free_ports, plain_python
from deploy.conftest import TOKEN_OF_RAY, Laptop, ask, is_clean, submitted
from fault_relay import FaultRelay
from processes import poll

pytestmark = pytest.mark.by_hand  # each has a head with a dashboard of its own: `nox -s deploy`


def test_no_dashboard(laptop: Laptop) -> None:
    [port] = free_ports(1)
    done = laptop.run("deploy", f"http://127.0.0.1:{port}")
    assert done.returncode == 1 and "no dashboard answers" in done.stdout and "port-forward" in done.stdout


def test_a_cluster_that_wants_a_token(laptop: Laptop, port: int) -> None:
    head = Head.start(
        with_dashboard=True,
        python=plain_python("newest"),
        env={"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN_OF_RAY},
    )
    try:
        url = head.dashboard
        none = laptop.run("deploy", url)
        assert none.returncode == 1 and "401" in none.stdout and "RAY_AUTH_TOKEN" in none.stdout
        wrong = laptop.run("deploy", url, RAY_AUTH_MODE="token", RAY_AUTH_TOKEN="another")
        assert wrong.returncode == 1 and "403" in wrong.stdout
        rays = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN_OF_RAY}
        done = laptop.run("deploy", url, "--port", str(port), **rays)
        assert done.returncode == 0, done.stdout
        program = laptop.program("import ray\nprint(ray.get(ray.remote(lambda: 'in').remote()))\n")
        ran = laptop.run("run", "--address", url, program, **rays)
        assert ran.returncode == 0 and ran.stdout.endswith("in\n"), ran.stdout
        # Where the server is, is known here: Ray's token is for the dashboard alone.
        assert laptop.run("run", "--address", url, program).stdout.endswith("in\n")
        assert laptop.run("undeploy", url, **rays).returncode == 0
    finally:
        head.close()


def test_a_taken_port(plain: Head, laptop: Laptop) -> None:
    with socket.create_server(("", 0)) as taken:
        done = laptop.run("deploy", plain.dashboard, "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1 and "cannot listen" in done.stdout and "--port" in done.stdout
    assert is_clean(plain) and not laptop.known()


def test_a_server_that_ends_at_once(plain: Head, laptop: Laptop, port: int) -> None:
    done = laptop.run("deploy", plain.dashboard, "--port", str(port), "--", "--limit-sessions", "0")
    assert done.returncode == 1 and "--limit-sessions is 0; it must be above 0" in done.stdout, done.stdout
    assert is_clean(plain) and not laptop.known()


def test_a_name_that_is_taken(plain: Head, laptop: Laptop, port: int) -> None:
    body = {"entrypoint": "exec sleep 600", "submission_id": "ours"}
    ask(plain.dashboard, "/api/jobs/", "POST", body)
    for command in ("deploy", "undeploy"):
        done = laptop.run(command, plain.dashboard, "--name", "ours")
        assert done.returncode == 1 and "no server of ours" in done.stdout and "--name" in done.stdout
    assert submitted(plain.dashboard)["ours"] in ("PENDING", "RUNNING")
    ask(plain.dashboard, "/api/jobs/ours/stop", "POST", {})
    assert poll(lambda: submitted(plain.dashboard)["ours"] == "STOPPED", within_s=20)


def test_a_head_that_was_restarted(laptop: Laptop, port: int) -> None:
    head = Head.start(with_dashboard=True, python=plain_python("newest"))
    try:
        assert laptop.run("deploy", head.dashboard, "--port", str(port)).returncode == 0
    finally:
        head.close()
    program = laptop.program("import ray\nray.init()\nprint('in')\n")
    nobody = laptop.run("run", "--address", head.dashboard, program)
    assert nobody.returncode == 1 and "no dashboard answers" in nobody.stdout
    again = Head.start(with_dashboard=True, python=plain_python("newest"), dashboard_port=head.dashboard_port)
    try:
        gone = laptop.run("run", "--address", head.dashboard, program)
        assert gone.returncode == 1 and "it was restarted" in gone.stdout and "ray-client deploy" in gone.stdout
        [before] = laptop.known()
        done = laptop.run("deploy", head.dashboard, "--port", str(port))
        assert done.returncode == 0, done.stdout
        assert [known["token"] for known in laptop.known()] == [before["token"]]
        assert laptop.run("run", "--address", head.dashboard, program).stdout.endswith("in\n")
    finally:
        again.close()


def test_a_port_that_cannot_be_reached_from_here(plain: Head, laptop: Laptop, port: int) -> None:
    url = plain.dashboard
    done = laptop.run("deploy", url, "--port", str(port), "--host", "127.0.0.2")  # of the head alone, so to say
    assert done.returncode == 0, done.stdout
    for command in (f"kubectl port-forward pod/{socket.gethostname()} {port}:{port}", f"ssh -N -L {port}:localhost"):
        assert "cannot be reached from here" in done.stdout and command in done.stdout
    program = laptop.program("import ray\nray.init()\nprint('in')\n")
    nobody = laptop.run("run", "--address", url, program)
    assert nobody.returncode == 1 and "kubectl port-forward" in nobody.stdout
    with FaultRelay(port, "127.0.0.2", port):  # which breaks nothing here
        assert laptop.run("run", "--address", url, program).stdout.endswith("in\n")
        assert laptop.run("run", "--address", f"ray://localhost:{port}", program).stdout.endswith("in\n")
    assert laptop.run("undeploy", url).returncode == 0
    assert is_clean(plain)


def test_behind_a_proxy(plain: Head, laptop: Laptop, port: int) -> None:
    authority = trustme.CA()
    ca_path = laptop.home / "ca.pem"
    authority.cert_pem.write_to_path(ca_path)
    with proxy(plain.dashboard, authority) as url:
        options = ["--tls-ca", str(ca_path), "--header", "X-Who=ada"]
        assert "certificate" in laptop.run("deploy", url).stdout.lower()
        closed = laptop.run("deploy", url, *options[:2])
        assert closed.returncode == 1 and "--header" in closed.stdout
        done = laptop.run("deploy", f"{url}/", "--port", str(port), *options)
        assert done.returncode == 0, done.stdout
        assert laptop.run("deploy", "--status", url, *options).returncode == 0
        assert laptop.run("undeploy", url, *options).returncode == 0
    assert is_clean(plain)


@contextmanager
def proxy(dashboard: str, authority: trustme.CA) -> Iterator[str]:
    """A proxy that ends TLS, has the dashboard under a prefix, and lets in who says a header."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            if self.headers.get("X-Who") != "ada":
                self.send_response(302)
                self.send_header("Location", "https://login.example/")
                self.end_headers()
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
            headers = {"Content-Type": self.headers["Content-Type"]} if self.headers["Content-Type"] else {}
            path = self.path.removeprefix("/clusters/blue")
            assert path != self.path
            request = urllib.request.Request(dashboard + path, body, headers, method=self.command)
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    status, text = answer.status, answer.read()
            except urllib.error.HTTPError as error:
                with error:
                    status, text = error.code, error.read()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = pass_on  # noqa: N815 - the names are those of http.server

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}/clusters/blue"
        server.shutdown()
