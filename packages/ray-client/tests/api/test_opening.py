"""What is asked of a server before a package is sent to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ray_client.api.opening import _upload
from ray_client.errors import ServerTooOldError
from ray_client.packages import Package
from ray_client.transport.peer import Peer


class Gateway:
    def __init__(self) -> None:
        self.sent: list[str] = []

    def upload_package(self, path: Path, sha256: str, user: object) -> bool:
        self.sent.append(sha256)
        return True


def uploaded(special: str, *capabilities: str) -> list[str]:
    gateway: Any = Gateway()
    _upload(gateway, Peer("0.2.0", capabilities))(Package(Path("1.zip"), "abc", special=special))
    return gateway.sent  # type: ignore[no-any-return]


def test_p3_what_an_old_server_would_change_is_not_sent_to_it() -> None:
    special = "keep files that .gitignore names"
    with pytest.raises(ServerTooOldError, match=special):
        uploaded(special, "packages")
    assert uploaded(special, "packages", "exact_packages") == ["abc"]
    assert uploaded("", "packages") == ["abc"]
    with pytest.raises(ServerTooOldError, match="directories"):
        uploaded("")
