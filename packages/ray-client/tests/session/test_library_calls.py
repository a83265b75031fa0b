"""Calls in the driver, where the server cannot make them (rules X1, H6)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ray_client.errors import ServerTooOldError
from ray_client.transport.peer import Peer
from ray_client_proto import library


def test_an_older_server_is_said_to_be_too_old() -> None:
    session: Any = SimpleNamespace(peer=Peer("0.2.0", ["bulk", "streaming"]))
    with pytest.raises(ServerTooOldError, match="run functions in its driver"):
        library.call(session, len, "abc")
