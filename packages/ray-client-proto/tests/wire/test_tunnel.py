"""Requests for tunnels (docs/protocol.md, rules U1 and U2)."""

from __future__ import annotations

import doctest
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_client_proto.wire import tunnel

ids = st.text(string.hexdigits + "-")
tokens = st.text(string.ascii_letters + string.digits + string.punctuation)


def request(session_id: str, secret: bytes, token: str | None) -> bytes:
    """A request as gRPC writes it."""
    lines = [f"{name}:{value}" for name, value in tunnel.headers(session_id, secret, token)]
    return "\r\n".join([f"CONNECT {tunnel.AUTHORITY} HTTP/1.1", *lines, "", ""]).encode()


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(tunnel).failed == 0


@given(ids, st.binary(), tokens, st.binary(), tokens)
def test_u2_only_who_has_secret_and_token_can_show_it(
    session_id: str, secret: bytes, token: str, other_secret: bytes, other_token: str
) -> None:
    head = request(session_id, secret, token)
    read = tunnel.read(head)
    assert head.startswith(tunnel.METHOD)
    assert read.session_id == session_id
    # A key of HMAC is filled up with zeros; secrets have a length of their own.
    is_same = secret.rstrip(b"\0") == other_secret.rstrip(b"\0")
    assert read.has_secret(secret) and read.has_secret(other_secret) == is_same
    assert read.has_token(secret, token)
    assert read.has_token(secret, other_token) == (token == other_token)
    assert read.has_token(other_secret, token) == is_same


@given(st.binary(min_size=16, max_size=64), st.text(string.ascii_letters, min_size=16))
def test_u2_a_request_tells_neither_secret_nor_token(secret: bytes, token: str) -> None:
    head = request("an-id", secret, token)
    assert secret not in head and token.encode() not in head


def test_u2_without_a_token_none_is_shown() -> None:
    assert not tunnel.read(request("an-id", b"secret", None)).has_token(b"secret", "a token")


@given(ids, st.binary(), st.binary())
def test_u1_the_head_ends_at_the_empty_line_and_not_before(session_id: str, secret: bytes, following: bytes) -> None:
    head = request(session_id, secret, None)
    assert tunnel.head_size(head + following) == len(head)
    assert not any(tunnel.head_size(head[:size]) for size in range(len(head)))


@given(st.binary())
def test_u2_whatever_comes_is_refused_if_it_is_no_request(head: bytes) -> None:
    with pytest.raises(ValueError):
        tunnel.read(head)


@pytest.mark.parametrize(
    "head",
    [
        b"CONNECT elsewhere:443 HTTP/1.1\r\n\r\n",
        b"CONNECT session HTTP/1.0\r\n\r\n",
        b"GET session HTTP/1.1\r\n\r\n",
        b"CONNECT session HTTP/1.1\r\nno colon\r\n\r\n",
        b"CONNECT session HTTP/1.1\r\nray-client-secret-proof: !\r\n\r\n",
        b"CONNECT session HTTP/1.1\r\nray-client-secret-proof: YQ==\r\nRay-Client-Secret-Proof: YQ==\r\n\r\n",
    ],
)
def test_u2_what_is_no_request_for_a_session_is_refused(head: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        tunnel.read(head)


def test_headers_that_a_proxy_adds_do_no_harm() -> None:
    head = "CONNECT session HTTP/1.1\r\nVia: a\r\nVIA: b\r\nX-City: Köln\r\nray-client-session: an-id\r\n\r\n"
    assert tunnel.read(head.encode()).session_id == "an-id"
    assert tunnel.read_head(head.encode())[1]["via"] == "a, b"
