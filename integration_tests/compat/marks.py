"""The mark of a case that is newer than the oldest release of the window, and what it means there."""

from __future__ import annotations

import re

import pytest


def since(*, client: str = "0.0.0", server: str = "0.0.0") -> pytest.MarkDecorator:
    """Mark a case that needs a release on a side, or a later one.

    With an older client the case is left out, for there is nothing to call. With an older server it must fail with
    `ServerTooOldError`: what the client raises when it is asked for something that the server cannot do.

    Args:
        client: the first release whose client has it.
        server: the first release whose server has it.
    """
    return pytest.mark.since(client=client, server=server)


def is_older(version: str, first: str) -> bool:
    """Whether a version comes before a release; what is built on the way to a release has what that will have."""
    return _release(version) < _release(first)


def _release(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(\.\d+)*", version)
    if found is None:
        raise ValueError(f"{version!r} is no version")
    return tuple(int(part) for part in found[0].split("."))
