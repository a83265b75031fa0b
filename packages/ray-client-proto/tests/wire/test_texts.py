"""Texts of a peer's, as they may be shown."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_client_proto.sockets import ClosedError
from ray_client_proto.wire import texts
from ray_client_proto.wire.texts import escaped, shown


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(texts).failed == 0


@given(st.text(), st.integers(0, 50))
def test_what_is_shown_acts_nowhere_and_is_short(text: str, most: int) -> None:
    line = shown(text, most)
    assert line.isprintable() and len(line) <= most * 10 + 3
    line.encode()


@given(st.text().filter(str.isprintable))
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    assert shown(text) == escaped(text) == text


@given(st.text())
def test_lines_stay_lines(text: str) -> None:
    escaped(text).encode()
    assert escaped(text).count("\n") == text.count("\n")


@pytest.mark.parametrize("number", [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x202E, 0x2066, 0xDC80])
def test_each_character_that_acts_is_shown(number: int) -> None:
    if chr(number) not in "\t\n":
        assert escaped(f"a{chr(number)}b") == f"a{chr(number)!r}b".replace("'", "")


@pytest.mark.parametrize("text", ["", "lines\nand\ttabs", "ünïcode \u4e16 \U0001f600", "back\\slash", "a\xa0b"])
def test_all_else_stays(text: str) -> None:
    assert escaped(text) == text


def test_a_peers_reason_is_escaped_where_it_is_shown() -> None:
    assert str(ClosedError(4000, "\x1b[31m")).endswith("\\x1b[31m")
