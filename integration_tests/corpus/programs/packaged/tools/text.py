"""Lines of text."""

from typing import NamedTuple


class Line(NamedTuple):
    name: str
    price: str


def money(cents):
    return f"{cents / 100:.2f}"


def pad(line):
    return f"{line.name:<8}{line.price:>8}"
