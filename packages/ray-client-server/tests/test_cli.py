"""The command line."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ray_client_server import cli, status
from ray_client_server.cluster.finding import Cluster
from ray_client_server.config import DriverSettings, GatewaySettings, Limits
from ray_client_server.errors import StartError


def settings(*flags: str) -> GatewaySettings:
    return cli.gateway_settings(cli.parser().parse_args(["start", *flags]))


def test_the_defaults_are_those_of_the_settings(monkeypatch):
    monkeypatch.delenv("RAY_CLIENT_TOKEN", raising=False)
    assert settings() == GatewaySettings()


def test_every_limit_has_its_flag():
    limits = [limit.name for limit in dataclasses.fields(Limits)]
    flags = [flag for name in limits for flag in (Limits.flag(name), "7")]
    assert dataclasses.asdict(settings(*flags).limits) == dict.fromkeys(limits, 7)


def test_the_page_for_operators_has_every_limit_and_its_default():
    page = Path(__file__).parents[3] / "docs" / "operations.md"
    if not page.exists():
        pytest.skip("this is not the repository")
    rows = {
        line.split("|")[1].strip(): line.split("|")[2].strip() for line in page.read_text().splitlines() if "|" in line
    }
    for limit in dataclasses.fields(Limits):
        assert rows[f"`{Limits.flag(limit.name)}`"] == _amount(limit.name, limit.default)


def _amount(name: str, value: float) -> str:
    if not name.endswith("_bytes"):
        return f"{value:g}{' s' if name.endswith('_s') else ''}"
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g} bytes"


def test_the_token_is_never_taken_from_the_command_line():
    assert not any("--token" in action.option_strings for action in cli.parser()._actions)
    assert "secret-of-16-char" not in repr(GatewaySettings(token="secret-of-16-char"))


@pytest.mark.parametrize(
    "flags",
    [
        ("--port", "70000"),
        ("--limit-sessions", "0"),
        ("--limit-lease-s", "inf"),
        ("--limit-lease-s", "7", "--limit-max-lease-s", "6"),
        ("--limit-message-bytes", "1000"),
        ("--tls-cert", "c"),
        ("--tls-client-ca", "c"),
        ("--token-file", "/no/such/file"),
    ],
)
def test_flags_that_make_no_sense_are_refused(flags):
    with pytest.raises(StartError):
        settings(*flags)


def test_the_line_that_says_ready_names_address_cluster_and_authentication():
    line = cli.readiness(GatewaySettings(token="t" * 16), 20001, Cluster("h:1", "2.60.0", {}, is_ours=True))
    assert "ray://127.0.0.1:20001" in line and "h:1" in line and "authentication: token" in line


def test_a_command_that_fails_says_why_in_one_line_and_exits_with_1(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["start", "--host", "0.0.0.0", "--address", "127.0.0.1:1"])
    assert caught.value.code == 1
    assert capsys.readouterr().err.startswith("ray-client-server: listening on 0.0.0.0 lets everyone")


def test_the_command_line_loads_neither_grpc_nor_ray():
    code = "import sys, ray_client_server.cli; print([name for name in ('grpc', 'ray') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_gateway_loads_no_ray():
    code = "import sys, ray_client_server.gateway.server; print('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_drivers_settings_cross_a_process_boundary():
    before = DriverSettings("id", "00ff", "h:1", "/s", "/c", "/l", python_paths=("/p",), runtime_env={"pip": ["x"]})
    assert DriverSettings.from_json(before.to_json()) == before
    later = json.loads(before.to_json())
    later["limits"]["time_travel_s"] = later["time_travel"] = 1  # of a later release's gateway
    assert DriverSettings.from_json(json.dumps(later)) == before
    assert "00ff" not in repr(before)
    for text in ("{}", "[]", "nonsense", '{"limits": {"no_such": 1}}'):
        with pytest.raises(ValueError):
            DriverSettings.from_json(text)


def test_status_shows_what_clients_say_and_nothing_of_it_acts():
    server = {
        "version": "1\x1b[2J", "protocol": [1, 1], "python_version": "3", "ray_version": "2", "cluster_address": "a",
        "sessions": 1, "max_sessions": 2, "is_draining": False,
    }  # fmt: skip
    columns = ("session_id", "stage", "is_attached", "age_s", "driver_pid", "job_id", "client", "client_version")
    session = dict.fromkeys(columns, "x") | {"client": "ada\x1b]0;owned\x07\n@" + "h" * 5000}
    text = status.render({"health": "SERVING", "server": server, "sessions": [session]})
    assert all(line.isprintable() for line in text.split("\n")) and len(text.split("\n")) == 7 and len(text) < 2000


def test_status_is_a_table_for_people():
    server = {
        "version": "0.1.0",
        "protocol": [1, 1],
        "python_version": "3.11.7",
        "ray_version": "2.60.0",
        "cluster_address": "h:1",
        "sessions": 1,
        "max_sessions": 50,
        "is_draining": True,
    }
    session = dict.fromkeys(("stage", "is_attached", "age_s", "driver_pid", "job_id", "client", "client_version"), "x")
    text = status.render({"health": "SERVING", "server": server, "sessions": [{"session_id": "s" * 36, **session}]})
    assert "SERVING (draining)" in text and "1 of 50" in text and "s" * 36 in text


def test_a_reader_that_leaves_early_is_no_fault():
    code = (
        "import os, sys; from ray_client_server import cli, status\n"
        "status.report = lambda *_: 'a line\\n' * 100_000\n"
        "sys.stdin.read()\n"
        "cli.main(['status'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    process.stdin.close()  # now it may print
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0
