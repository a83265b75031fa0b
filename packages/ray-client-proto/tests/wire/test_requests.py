"""Requests for a session's driver (docs/protocol.md, rule S10)."""

from __future__ import annotations

import doctest
import string
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_client_proto.wire import requests

ids = st.text(string.hexdigits + "-")
tokens = st.text(string.ascii_letters + string.digits + string.punctuation)


def request(session_id: str, secret: bytes, token: str | None) -> bytes:
    lines = [f"{name}: {value}" for name, value in requests.headers(session_id, secret, token)]
    return "\r\n".join(["GET /session HTTP/1.1", *lines, "", ""]).encode()


def read(head: bytes) -> requests.Request:
    return requests.request_of(requests.read_head(head)[1])


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(requests).failed == 0


@given(ids, st.binary(), tokens, st.binary(), tokens)
def test_s10_only_who_has_secret_and_token_can_show_it(
    session_id: str, secret: bytes, token: str, other_secret: bytes, other_token: str
) -> None:
    head = request(session_id, secret, token)
    given_by = read(head)
    assert given_by.session_id == session_id
    # A key of HMAC is filled up with zeros; secrets have a length of their own.
    is_same = secret.rstrip(b"\0") == other_secret.rstrip(b"\0")
    assert given_by.has_secret(secret) and given_by.has_secret(other_secret) == is_same
    assert given_by.has_token(secret, token)
    assert given_by.has_token(secret, other_token) == (token == other_token)
    assert given_by.has_token(other_secret, token) == is_same


@given(st.binary(min_size=16, max_size=64), st.text(string.ascii_letters, min_size=16))
def test_s10_a_request_tells_neither_secret_nor_token(secret: bytes, token: str) -> None:
    head = request("an-id", secret, token)
    assert secret not in head and token.encode() not in head


def test_s10_each_request_has_proofs_of_its_own_and_says_when_they_were_made() -> None:
    ask = requests.Asker("an-id", b"secret", "token")
    one, two = (requests.request_of(dict(ask())) for _ in range(2))
    assert one.moment != two.moment and one.secret_proof != two.secret_proof and one.token_proof != two.token_proof
    assert 0 <= one.age_ms <= two.age_ms < 60_000
    mixed = requests.Request("an-id", one.secret_proof, one.token_proof, two.moment)
    assert not mixed.has_secret(b"secret") and not mixed.has_token(b"secret", "token")


def test_s10_who_asks_counts_as_the_gateway_does_once_that_has_told_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [1_000_000.0]
    monkeypatch.setattr(requests, "time", SimpleNamespace(time=lambda: now_s[0]))
    ask = requests.Asker("an-id", b"secret", "token")
    now_s[0] += 86_400  # somebody sets the clock
    asked = ask()
    moment = requests.request_of(dict(asked)).moment
    told = requests.session_age(b"secret", moment, 5000)
    assert not ask.learn(asked, requests.refusal(401, "Unauthorized"))
    for wrong in (
        requests.session_age(b"another", moment, 5000),
        requests.session_age(b"secret", requests.request_of(dict(ask())).moment, 5000),
        (told[0], told[1].replace("5000", "7000")),
        (told[0], "5000"),
    ):
        assert not ask.learn(asked, requests.refusal(401, "Unauthorized", wrong))
    assert requests.request_of(dict(ask())).age_ms == 86_400_000
    assert ask.learn(asked, requests.refusal(401, "Unauthorized", told))
    now_s[0] += 1
    assert requests.request_of(dict(ask())).age_ms == 6000


def test_s10_without_a_token_none_is_shown() -> None:
    assert not read(request("an-id", b"secret", None)).has_token(b"secret", "a token")


@given(ids, st.binary(), st.binary())
def test_s10_the_head_ends_at_the_empty_line_and_not_before(session_id: str, secret: bytes, following: bytes) -> None:
    head = request(session_id, secret, None)
    assert requests.head_size(head + following) == len(head)
    assert not any(requests.head_size(head[:size]) for size in range(len(head)))


@given(st.binary())
def test_s10_whatever_comes_has_no_secret(head: bytes) -> None:
    try:
        request = read(head)
    except ValueError:
        return
    assert not request.has_secret(b"a secret")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /session HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /session HTTP/1.1\r\nray-client-secret-proof: !\r\n\r\n",
        b"GET /session HTTP/1.1\r\nray-client-secret-proof: YQ==\r\nRay-Client-Secret-Proof: YQ==\r\n\r\n",
    ],
)
def test_s10_what_is_no_request_for_a_session_is_refused(head: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(head)


def test_headers_that_a_proxy_adds_do_no_harm() -> None:
    head = "GET /session HTTP/1.1\r\nVia: a\r\nVIA: b\r\nX-City: Köln\r\nray-client-session: an-id\r\n\r\n"
    assert read(head.encode()).session_id == "an-id"
    assert requests.read_head(head.encode())[1]["via"] == "a, b"
