"""How long is waited between tries, and for how long it is tried."""

from __future__ import annotations

import itertools

import pytest

from ray_client.transport.backoff import BackoffPolicy

DAY_S = 24 * 3600.0


def test_delays_grow_to_their_cap() -> None:
    delays = list(itertools.islice(BackoffPolicy().delays(lambda: 1.0), 8))
    assert delays == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0])


def test_nothing_but_a_lease_ends_the_tries() -> None:
    tries = int(3 * DAY_S)
    assert sum(itertools.islice(BackoffPolicy().delays(), tries)) > DAY_S


def test_a_budget_ends_them() -> None:
    assert sum(BackoffPolicy(budget_s=3.0).delays()) == pytest.approx(3.0)
