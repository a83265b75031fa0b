"""Dashboards that refuse, answered by a server of the test's own; real ones are in integration_tests/deploy."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ray_client
from ray_client.cli.app import main
from ray_client.config.address import is_dashboard_url
from ray_client.deploy.bundle import bundle
from ray_client.deploy.dashboard import Dashboard, normal_url
from ray_client.deploy.deployment import MIN_RAY, DeployOptions, deploy
from ray_client.errors import AddressError, DashboardError, DeployError, NotDeployedError

Answer = tuple[int, dict[str, str], bytes]
VERSION = {"GET /api/version": (200, {}, b'{"ray_version": "2.60.0"}')}
NO_JOB = {"GET /api/jobs/ray-client-server": (404, {}, b""), "GET /api/jobs/": (200, {}, b"[]")}


class Fake:
    """A dashboard that says what the test wants; `asked` has the requests that came."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fake.asked.append((f"{self.command} {self.path}", dict(self.headers)))
                status, headers, body = fake.answers.get(f"{self.command} {self.path}", (404, {}, b"not found"))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names are those of http.server

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    monkeypatch.setenv("RAY_CLIENT_CONFIG_DIR", str(tmp_path / "config"))
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_JOB_HEADERS", "RAY_CLIENT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    fake = Fake()
    try:
        yield fake
    finally:
        fake.server.shutdown()
        fake.server.server_close()


def quiet(_: str) -> None:
    """Say nothing."""


def brought(fake: Fake) -> Any:
    return deploy(Dashboard(fake.url), DeployOptions(), quiet)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://head:8265", "http://head:8265"),
        (" HTTP://Head:8265// ", "http://head:8265"),
        ("https://host/a/prefix/", "https://host/a/prefix"),
        ("http://[::1]:8265", "http://[::1]:8265"),
    ],
)
def test_addresses(text: str, url: str) -> None:
    assert is_dashboard_url(text)
    assert normal_url(text) == url == normal_url(url)


@pytest.mark.parametrize(
    "text", ["head:8265", "ray://head", "http://", "http://h:x", "http://u@h", "http://h/?q", "http://h#f"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(AddressError):
        normal_url(text)


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        ((200, {}, b"<html>Sign in</html>"), DashboardError, "not a Ray dashboard: '<html>Sign in</html>'"),
        ((200, {}, b"[1]"), DashboardError, "not a Ray dashboard"),
        ((302, {"Location": "https://login/"}, b""), DashboardError, "redirects to https://login/"),
        ((401, {}, b"Missing token"), DashboardError, "401: Missing token"),
        ((403, {}, b"Invalid token"), DashboardError, "RAY_AUTH_TOKEN"),
        ((500, {}, b"Traceback\n  ...\nOSError: broken\n"), DeployError, "failed with 500: OSError: broken"),
        ((404, {}, b""), DeployError, "404"),
        ((200, {}, b'{"ray_version": "2.39.0"}'), DeployError, "the cluster has Ray 2.39.0; the server needs Ray 2.40"),
    ],
)
def test_who_answers(fake: Fake, answer: Answer, kind: type[DeployError], says: str) -> None:
    fake.answers = {"GET /api/version": answer}
    with pytest.raises(kind) as caught:
        brought(fake)
    assert says in str(caught.value) and fake.url in str(caught.value)
    assert not list(Path.home().rglob("*.json"))


def test_the_server_says_the_same_of_rays() -> None:
    text = (Path(__file__).parents[3] / "ray-client-server" / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"ray>={".".join(map(str, MIN_RAY))}"' in text


def test_a_dashboard_without_jobs(fake: Fake) -> None:
    fake.answers = dict(VERSION)
    with pytest.raises(DashboardError, match=r"takes no jobs; .* `ray\[default\]`"):
        brought(fake)


def test_no_room_for_the_archive(fake: Fake) -> None:
    fake.answers = {**VERSION, **NO_JOB}
    fake.answers[f"PUT /api/packages/gcs/{bundle().name}"] = (500, {}, b"Traceback\nRuntimeError: GCS has no room")
    with pytest.raises(DeployError, match="GCS has no room"):
        brought(fake)
    assert not [asked for asked, _ in fake.asked if asked.startswith("POST")]


def test_a_refused_job_leaves_no_token(fake: Fake) -> None:
    fake.answers = {**VERSION, **NO_JOB, f"GET /api/packages/gcs/{bundle().name}": (200, {}, b"")}
    fake.answers["POST /api/jobs/"] = (500, {}, b"No available agent to submit job, please try again later.")
    with pytest.raises(DeployError, match="No available agent"):
        brought(fake)
    assert not list(Path.home().rglob("*.json"))


def test_a_short_token_is_refused(fake: Fake) -> None:
    fake.answers = {**VERSION, **NO_JOB, f"GET /api/packages/gcs/{bundle().name}": (200, {}, b"")}
    with pytest.raises(DeployError, match="has 5 characters, and needs 16"):
        deploy(Dashboard(fake.url), DeployOptions(token="short"), quiet)


@pytest.mark.parametrize(
    ("variables", "given", "sent"),
    [
        ({}, {}, {}),
        ({"RAY_AUTH_TOKEN": "t"}, {}, {"Authorization": "Bearer t"}),
        ({"RAY_AUTH_TOKEN": "t", "RAY_AUTH_MODE": "disabled"}, {}, {}),
        ({"RAY_AUTH_TOKEN": "t"}, {"authorization": "p"}, {"Authorization": "p", "X-Ray-Authorization": "Bearer t"}),
        ({"RAY_JOB_HEADERS": '{"X-A": "1", "X-B": "2"}'}, {"X-B": "3"}, {"X-A": "1", "X-B": "3"}),
    ],
)
def test_what_is_sent_along(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], given: dict[str, str], sent: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    fake.answers = dict(VERSION)
    Dashboard(fake.url, given).ray_version()
    [(_, headers)] = fake.asked
    ours = {name: value for name, value in headers.items() if name.lower().startswith(("x-", "authorization"))}
    assert {name.lower(): value for name, value in ours.items()} == {name.lower(): text for name, text in sent.items()}


def test_the_token_file_of_ray_is_found(fake: Fake, tmp_path: Path) -> None:
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("from-file\n")
    fake.answers = dict(VERSION)
    Dashboard(fake.url).ray_version()
    assert fake.asked[0][1]["Authorization"] == "Bearer from-file"


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}'])
def test_headers_of_the_environment_that_make_no_sense(fake: Fake, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("RAY_JOB_HEADERS", text)
    with pytest.raises(DeployError, match="RAY_JOB_HEADERS makes no sense"):
        Dashboard(fake.url)


def test_init_where_nothing_was_deployed(fake: Fake) -> None:
    fake.answers = {**VERSION, **NO_JOB}
    with pytest.raises(NotDeployedError) as caught:
        ray_client.init(fake.url)
    assert f"`ray-client deploy {fake.url}` brings one" in str(caught.value)


@pytest.mark.parametrize("address", ["ray://head", "local"])
def test_deploying_needs_a_dashboard(address: str) -> None:
    with pytest.raises(AddressError, match="deploy=True needs the address"):
        ray_client.init(address, deploy=True)


def test_a_job_that_ray_wrote_anew_is_no_other_peoples(fake: Fake) -> None:
    job = {"status": "FAILED", "entrypoint": "Entrypoint not found.", "metadata": None, "message": "died"}
    fake.answers = {**VERSION, "GET /api/jobs/ray-client-server": (200, {}, json.dumps(job).encode())}
    with pytest.raises(NotDeployedError, match=r"has ended \(failed\): died"):
        ray_client.init(fake.url)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["deploy"], "URL"),
        (["deploy", "http://h", "--port", "0"], "--port is 0"),
        (["deploy", "http://h", "--header", "x"], "NAME=VALUE"),
        (["deploy", "http://h", "--token-file", "/no/such"], "cannot read the token"),
        (["undeploy", "http://h", "--drain-s", "-1"], "cannot be negative"),
        (["run", "--deploy", "--address", "ray://h", "x.py"], "--address http://head:8265"),
        (["deploy", "head:8265"], "http://host:8265"),
    ],
)
def test_arguments_that_make_no_sense(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "")  # which `run` sets
    code: Any = 0
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    assert code in (1, 2) and says in capsys.readouterr().err
