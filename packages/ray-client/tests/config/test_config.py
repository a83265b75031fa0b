from __future__ import annotations

from pathlib import Path

import pytest

from ray_client.config import env
from ray_client.config.address import Address, parse_address
from ray_client.config.settings import ConnectSettings, TlsSettings
from ray_client.errors import AddressError, ConnectError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("head", Address("head")),
        ("head:5", Address("head", 5)),
        (" ray://head ", Address("head")),
        ("ray://head:5/", Address("head", 5)),
        ("rays://head:5", Address("head", 5, is_tls=True)),
        ("ray://10.0.0.1:65535", Address("10.0.0.1", 65535)),
        ("ray://[::1]:5", Address("::1", 5)),
        ("[::1]", Address("::1")),
        ("fe80::1", Address("fe80::1")),
        ("rays://head:443/clusters/blue/", Address("head", 443, is_tls=True, prefix="/clusters/blue")),
        ("[::1]/p", Address("::1", prefix="/p")),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no host"),
        ("ray://", "no host"),
        ("ray://:5", "no host"),
        ("http://head", "scheme 'http'"),
        ("head:port", "port 'port'"),
        ("head:0", "port '0'"),
        ("head:65536", "port '65536'"),
        ("head:", "port ''"),
        ("head:\u0665", "not a number"),
        ("head/pa th", "nothing more"),
        ("head/path?query", "nothing more"),
        ("head//path", "nothing more"),
        ("/path", "no host"),
        ("user@head", "nothing more"),
        ("[::1", "brackets"),
        ("[::1]5", "brackets"),
        ("auto", "a process with ray"),
    ],
)
def test_nonsense_says_what_is_wrong_and_how_to_write_it(text: str, reason: str) -> None:
    with pytest.raises(AddressError) as raised:
        parse_address(text)
    assert reason in str(raised.value)
    assert "ray://host:port" in str(raised.value)


def test_the_token_comes_from_the_environment_or_its_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("from-file\n")
    assert env.token({}) is None
    assert env.token({"RAY_CLIENT_TOKEN": "direct ", "RAY_CLIENT_TOKEN_PATH": str(path)}) == "direct"
    assert env.token({"RAY_CLIENT_TOKEN_PATH": str(path)}) == "from-file"
    path.write_text("\n")
    with pytest.raises(ConnectError, match="is empty"):
        env.token({"RAY_CLIENT_TOKEN_PATH": str(path)})
    path.write_bytes(b"\xff")
    with pytest.raises(ConnectError, match="cannot read"):
        env.token({"RAY_CLIENT_TOKEN_PATH": str(path)})
    with pytest.raises(ConnectError, match="RAY_CLIENT_TOKEN_PATH"):
        env.token({"RAY_CLIENT_TOKEN_PATH": str(tmp_path / "none")})


def test_the_rest_of_the_environment() -> None:
    assert env.address({}) is None
    assert env.address({"RAY_ADDRESS": "ray://h"}) == "ray://h"
    assert env.namespace({"RAY_NAMESPACE": "n"}) == "n"
    assert env.tls({}) is None
    assert env.tls({"RAY_CLIENT_TLS_CA": "ca.pem"}) == TlsSettings(ca_path="ca.pem")
    assert env.is_prefix_colored({})
    assert not env.is_prefix_colored({"RAY_COLOR_PREFIX": "0"})


def test_a_child_s_environment_has_the_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "x")
    monkeypatch.setenv("OTHER", "y")
    child = env.child_environment(RAY_ADDRESS=None, RAY_CLIENT_TOKEN="t")
    assert "RAY_ADDRESS" not in child
    assert (child["OTHER"], child["RAY_CLIENT_TOKEN"]) == ("y", "t")


@pytest.mark.parametrize(
    "nonsense",
    [
        {"lease_s": -1.0},
        {"connect_timeout_s": 0.0},
        {"token": ""},
        {"token": "two\nlines"},
        {"token": "tökén"},
    ],
)
def test_settings_refuse_nonsense(nonsense: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        ConnectSettings(address=Address("h"), **nonsense)  # type: ignore[arg-type]


def test_the_token_is_not_shown() -> None:
    assert "secret" not in repr(ConnectSettings(address=Address("h"), token="secret"))
    with pytest.raises(ValueError, match="key_path"):
        TlsSettings(certificate_path="c.pem")
