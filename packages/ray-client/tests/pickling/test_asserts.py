"""`assert` in tasks of test modules: pytest has rewritten it, and the cluster need not have pytest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

#: Of the fixture: takes a value and a program, and gives what the program prints.
Elsewhere = Callable[[Any, str], str]


def double(x: int) -> int:
    return 2 * x


def compare(x: int) -> None:
    assert double(x) == 5, f"of {x}%"


def combine(x: int) -> None:
    assert x == 0 or (x > 1 and not x)


def chain(x: int) -> None:
    assert 0 < x < 2


def members(x: int) -> None:
    assert x in {"a\nb": "%s"}


def unspeakable(x: int) -> None:
    class Silent:
        def __repr__(self) -> str:
            raise ValueError

    assert not [Silent(), x]


@pytest.mark.usefixtures("request")
class TestOfUsers:
    @pytest.mark.skipif(False, reason="marked")
    def compare(self, x: int) -> None:
        assert self is x


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (compare, "of 3%\nassert 6 == 5\n +  where 6 = double(3)"),
        (combine, "assert (3 == 0 or (3 > 1 and not 3))"),
        (chain, "assert 3 < 2"),
        (members, r"assert 3 in {'a\nb': '%s'}"),
        (unspeakable, "assert not <list whose repr raises ValueError>"),
        (TestOfUsers.compare, "assert 4 is 3"),
    ],
)
def test_a_rewritten_assert_says_the_values_where_pytest_is_not(
    function: Callable[..., Any], text: str, elsewhere: Elsewhere
) -> None:
    arguments = (4, 3) if function is TestOfUsers.compare else (3,)
    given = elsewhere(
        (function, arguments),
        """
        sys.modules["_pytest"] = sys.modules["pytest"] = None
        try:
            value[0](*value[1])
        except AssertionError as error:
            print(error)
        """,
    )
    assert given.startswith(text)
