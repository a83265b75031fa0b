"""Marks of the suite."""

from __future__ import annotations

from typing import Literal

import pytest


def difference(reason: str, holds_on: Literal["client", "ray"] = "client") -> pytest.MarkDecorator:
    """Mark a case in which client and Ray differ on purpose; `docs/parity.md` is the table of these.

    Args:
        reason: what differs, and why.
        holds_on: which of the two the case describes. It must pass there, and fail on the other.
    """
    return pytest.mark.difference(reason, holds_on=holds_on)


def since_ray(
    version: str, reason: str, *, client_has_it: bool = False, refused_with: str = "", hangs: bool = False
) -> pytest.MarkDecorator:
    """Mark a case which an older Ray than `version` fails; `docs/parity.md` lists these too.

    With an older one it must fail, natively and through the client; from that one on it must pass.

    Args:
        version: the oldest Ray that it was tried with and passes on.
        reason: what came with it.
        client_has_it: the case passes through the client with any Ray, since the client does it itself.
        refused_with: the error with which the client says so; of Python, or of `ray_client.errors`.
        hangs: it may not end with an older Ray, so it is not run there.
    """
    return pytest.mark.since_ray(version, reason, client_has_it=client_has_it, refused_with=refused_with, hangs=hangs)


def is_older(version: str, first: str) -> bool:
    """Whether a release of Ray comes before another."""
    return _numbers(version) < _numbers(first)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
