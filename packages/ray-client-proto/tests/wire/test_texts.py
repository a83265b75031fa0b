"""Texts of a peer's, as they may be shown."""

from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from ray_client_proto.wire import texts


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(texts).failed == 0


@given(st.text(), st.integers(0, 50))
def test_what_is_shown_acts_nowhere_and_is_short(text: str, most: int) -> None:
    shown = texts.shown(text, most)
    assert shown.isprintable() and len(shown) <= most * 10 + 3
    shown.encode()


@given(st.text())
def test_lines_stay_lines(text: str) -> None:
    lines = texts.shown_lines(text).split("\n")
    assert len(lines) == text.count("\n") + 1 and all(line.isprintable() for line in lines)


@given(st.text().filter(str.isprintable))
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    assert texts.shown(text) == texts.shown_lines(text) == text
