"""Control characters of a peer's texts never act."""

from __future__ import annotations

import pytest

from ray_client_proto.sockets import ClosedError
from ray_client_proto.wire.texts import escaped


@pytest.mark.parametrize("number", [*range(0x20), *range(0x7F, 0xA0)])
def test_each_control_character_is_shown(number: int) -> None:
    if chr(number) not in "\t\n":
        assert escaped(f"a{chr(number)}b") == f"a{chr(number)!r}b".replace("'", "")


@pytest.mark.parametrize("text", ["", "plain", "lines\nand\ttabs", "ünïcode \u4e16 \U0001f600", "back\\slash"])
def test_all_else_stays(text: str) -> None:
    assert escaped(text) == text


def test_a_peers_reason_is_escaped_where_it_is_shown() -> None:
    assert str(ClosedError(4000, "\x1b[31m")).endswith("\\x1b[31m")
