"""Errors of classes that are not here (docs/protocol.md, rule X6)."""

from __future__ import annotations

import traceback

import pytest

from ray_client_proto.raised import named_error


class OwnError(Exception):
    """Stands for the client's error of all that failed there."""


def test_an_error_is_of_its_name_and_of_its_kinds() -> None:
    error = named_error(OwnError, "pydantic_core.ValidationError", "ValueError", "wrong")
    assert isinstance(error, ValueError) and isinstance(error, OwnError) and str(error) == "wrong"
    assert traceback.format_exception_only(error) == ["pydantic_core.ValidationError: wrong\n"]
    assert type(named_error(OwnError, "pydantic_core.ValidationError", "ValueError", "again")) is type(error)


@pytest.mark.parametrize("kinds", ["", "Exception", "UnicodeDecodeError", "KeyboardInterrupt", "no_such", "print"])
def test_what_cannot_be_of_its_kind_has_its_name(kinds: str) -> None:
    error = named_error(OwnError, "package.OddError", kinds, "odd")
    assert isinstance(error, OwnError) and type(error).__name__ == "OddError" and str(error) == "odd"


def test_what_no_class_can_be_made_of_is_the_clients_own() -> None:
    assert type(named_error(OwnError, "package.OddError", "OSError StopIteration", "odd")).__mro__[1] is OwnError
