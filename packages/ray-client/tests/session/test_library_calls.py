"""Calls in the driver, where the server cannot make them (rules X1, H6)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ray_client.errors import ServerTooOldError
from ray_client.exceptions import RayError
from ray_client.session.failures import exception_of
from ray_client.transport.peer import Peer
from ray_client_proto import library
from ray_client_proto.v1.error_pb2 import Failure


def test_an_older_server_is_said_to_be_too_old() -> None:
    session: Any = SimpleNamespace(peer=Peer("0.2.0", ["bulk", "streaming"]))
    with pytest.raises(ServerTooOldError, match="run functions in its driver"):
        library.call(session, len, "abc")


@pytest.mark.parametrize("kind", ["UnicodeDecodeError", "BaseExceptionGroup"])
def test_an_error_of_python_that_is_made_of_more_than_a_text_is_told(kind: str) -> None:
    """X6: where it could not travel itself."""
    failure = Failure(code=Failure.RAY_ERROR, type_name=f"builtins.{kind}", message="g (2 sub-exceptions)")
    error = exception_of(failure, None, "s")
    assert isinstance(error, RayError) and str(error) == f"builtins.{kind}: g (2 sub-exceptions)"
