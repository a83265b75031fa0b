"""Requests for tunnels (docs/protocol.md, rules U1 and U2)."""

from __future__ import annotations

import doctest
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_client_proto.wire import tunnel

names = st.text(string.ascii_lowercase + string.digits + "-", min_size=1).filter(lambda name: not name.endswith("-bin"))
texts = st.text(string.ascii_letters + string.digits + string.punctuation)
entries = st.one_of(st.tuples(names, texts), st.tuples(names.map(lambda name: name + "-bin"), st.binary()))


def request(metadata: list[tuple[str, str | bytes]]) -> bytes:
    """A request as gRPC writes it."""
    lines = [f"CONNECT {tunnel.AUTHORITY} HTTP/1.1", *(f"{key}:{value}" for key, value in tunnel.headers(metadata))]
    return "\r\n".join([*lines, "", ""]).encode()


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(tunnel).failed == 0


@given(st.lists(entries))
def test_u1_metadata_arrives_as_it_was(metadata: list[tuple[str, str | bytes]]) -> None:
    head = request(metadata)
    assert head.startswith(tunnel.METHOD)
    assert tunnel.metadata_of(head) == metadata


@given(st.lists(entries, max_size=3), st.binary())
def test_u1_the_head_ends_at_the_empty_line_and_not_before(
    metadata: list[tuple[str, str | bytes]], following: bytes
) -> None:
    head = request(metadata)
    assert tunnel.head_size(head + following) == len(head)
    assert not any(tunnel.head_size(head[:size]) for size in range(len(head)))


@given(st.binary())
def test_u2_whatever_comes_is_a_request_or_refused(head: bytes) -> None:
    with pytest.raises(ValueError):
        tunnel.metadata_of(head)


@pytest.mark.parametrize(
    "head",
    [
        b"CONNECT elsewhere:443 HTTP/1.1\r\n\r\n",
        b"CONNECT session HTTP/1.0\r\n\r\n",
        b"GET session HTTP/1.1\r\n\r\n",
        b"CONNECT session HTTP/1.1\r\nno colon\r\n\r\n",
        b"CONNECT session HTTP/1.1\r\nray-client-secret-bin: !\r\n\r\n",
        "CONNECT session HTTP/1.1\r\nname: é\r\n\r\n".encode(),
    ],
)
def test_u2_what_is_no_request_for_a_session_is_refused(head: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        tunnel.metadata_of(head)
