"""Proofs of a session's requests are good once, and for minutes (docs/protocol.md, rule S10)."""

from __future__ import annotations

import pytest

from ray_client_proto.wire import requests
from ray_client_server.gateway.proofs import KEPT, VALID_S, Proofs


class Clock:
    now_s = 1_000_000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


def request(age_s=0.0):
    return requests.request_of(dict(requests.headers("an-id", b"secret", None, age_s)))


def test_s10_a_proof_is_good_once(clock):
    proofs, one = Proofs(clock), request()
    assert proofs.is_first_use(one) and not proofs.is_first_use(one)
    assert proofs.is_first_use(request())


@pytest.mark.parametrize("off_s", [-VALID_S - 1, VALID_S + 1])
def test_s10_a_proof_is_good_for_minutes(clock, off_s):
    proofs = Proofs(clock)
    clock.now_s += 3600
    assert not proofs.is_first_use(request(3600 + off_s))
    assert proofs.is_first_use(request(3600 + off_s * 0.9))


def test_s10_what_was_forgotten_is_too_old(clock):
    proofs, one = Proofs(clock), request()
    assert proofs.is_first_use(one)
    for passed_s in range(0, 1000, 10):
        clock.now_s += 10
        assert proofs.is_first_use(request(passed_s))
    assert len(proofs._used) <= VALID_S / 10 + 2
    assert not proofs.is_first_use(one)


def test_s10_of_very_many_the_oldest_are_no_good_any_more(clock):
    proofs, first = Proofs(clock), request()
    assert proofs.is_first_use(first)
    for at in range(KEPT):
        clock.now_s += 0.001
        assert proofs.is_first_use(request(at / 1000 + 0.001))
    assert len(proofs._used) == KEPT
    assert not proofs.is_first_use(first)


@pytest.mark.parametrize(
    "moment", ["", "1", "-1-aaaaaaaaaaaaaaaa", "1-aaaa", "1" * 20 + "-aaaaaaaaaaaaaaaa", "x" * 10000]
)
def test_s10_a_proof_without_a_moment_is_none(clock, moment):
    assert not Proofs(clock).is_first_use(requests.Request("an-id", b"", b"", moment))
