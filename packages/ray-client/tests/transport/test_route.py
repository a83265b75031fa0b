"""Which way a session's calls take after a cut (docs/protocol.md, rules H5 and U4)."""

from __future__ import annotations

from typing import Any, cast

from ray_client.transport.route import Route, SessionCalls

BEST, GATEWAY = (cast(SessionCalls, name) for name in ("best", "gateway"))


def ways(route: Route, *outcomes: bool) -> list[Any]:
    taken: list[Any] = [route.calls]
    for had_worked in outcomes:
        route.broke(route.calls, had_worked)
        taken.append(route.calls)
    return taken


def test_u4_after_a_cut_the_best_way_is_tried_again() -> None:
    assert ways(Route(BEST, GATEWAY), True, True) == [BEST, BEST, BEST]


def test_u4_where_nothing_comes_through_the_ways_take_turns() -> None:
    assert ways(Route(BEST, GATEWAY), False, False, False) == [BEST, GATEWAY, BEST, GATEWAY]


def test_u4_a_cut_of_the_gateways_own_way_leads_back_to_the_best() -> None:
    assert ways(Route(BEST, GATEWAY), False, True) == [BEST, GATEWAY, BEST]


def test_the_only_way_is_taken_again_and_again() -> None:
    assert ways(Route(GATEWAY), False, True) == [GATEWAY] * 3


def test_of_several_calls_that_break_on_one_way_the_first_has_it_changed() -> None:
    route = Route(BEST, GATEWAY)
    for _ in range(2):
        route.broke(BEST, False)
    assert route.calls == GATEWAY


def test_a_single_call_that_fails_twice_in_a_row_has_the_way_changed() -> None:
    route = Route(BEST, GATEWAY)
    route.failed(BEST)
    route.worked()
    route.failed(BEST)
    assert route.calls == BEST
    route.failed(BEST)
    assert route.calls == GATEWAY
