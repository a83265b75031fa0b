"""The benchmark's report: targets are computed from medians as the issue means them, and no row is dropped."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import table  # noqa: E402  # the benchmark is no package
from relay import BUFFER_S, Link  # noqa: E402
from samples import Samples, read_json, write_json  # noqa: E402
from targets import Target, Verdict, targets  # noqa: E402


def samples_of(**rows: dict[str, list[float]]) -> Samples:
    samples = Samples()
    for row, sides in rows.items():
        for side, values in sides.items():
            for value in values:
                samples.add(row, side, value)
    return samples


def lines_of(text: str, row: str) -> list[list[str]]:
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return [line for line in cells if line[0] == row]


def test_a_target_compares_medians_and_times_are_better_when_they_are_lower() -> None:
    samples = samples_of(small_get={"stock": [8.0, 1.0, 800.0], "gateway": [1.0, 0.5, 90.0], "ours": [4.0]})
    target = Target("small_get", at_least=8, against="stock")
    assert target.measured(samples, "gateway") == 8
    assert target.verdict(samples) is Verdict.MET
    assert target.measured(samples, "ours") == 2
    assert target.verdict(samples, "ours") is Verdict.MISSED


def test_a_part_of_what_another_side_does_is_a_target_below_one() -> None:
    samples = samples_of(small_get={"native": [1.0], "gateway": [2.5]}, put_big={"socket": [1.0], "gateway": [2.0]})
    assert Target("small_get", at_least=0.35, against="native").verdict(samples) is Verdict.MET
    assert Target("put_big", at_least=0.7, against="socket").verdict(samples) is Verdict.MISSED


@pytest.mark.parametrize(("value", "verdict"), [(0.25, Verdict.MET), (0.26, Verdict.MISSED)])
def test_a_value_may_be_at_most_so_much(value: float, verdict: Verdict) -> None:
    assert Target("open_first", at_most=0.25).verdict(samples_of(open_first={"gateway": [value]})) is verdict


def test_a_value_may_be_at_least_so_much() -> None:
    target = Target("sessions", at_least=50)
    assert target.verdict(samples_of(sessions={"gateway": [50.0]})) is Verdict.MET
    assert target.verdict(samples_of(sessions={"gateway": [49.0]})) is Verdict.MISSED


def test_a_value_may_be_compared_with_another_row_of_the_same_side() -> None:
    samples = samples_of(p99_busy={"gateway": [0.01], "stock": [9.0]}, p99_idle={"gateway": [0.002], "stock": [9.0]})
    assert Target("p99_busy", at_most=5, of="p99_idle").measured(samples, "gateway") == 5
    assert Target("p99_busy", at_most=5, of="p99_idle").verdict(samples) is Verdict.MET
    assert Target("p99_busy", at_most=4.9, of="p99_idle").verdict(samples) is Verdict.MISSED


def test_one_failure_of_ours_fails_its_target_and_what_is_missing_is_not_met() -> None:
    samples = samples_of(awaits={"stock": [10.0], "gateway": [1.0]})
    target = Target("awaits", at_least=5, against="stock")
    assert target.verdict(samples) is Verdict.MET
    assert Target("awaits", at_least=1, against="dask").verdict(samples) is Verdict.UNMEASURED
    samples.fail("awaits", "stock", "RuntimeError: theirs")
    assert target.verdict(samples) is Verdict.MET
    samples.fail("awaits", "gateway", "RuntimeError: ours")
    assert target.verdict(samples) is Verdict.FAILED
    assert Target("small_put", at_least=50, against="stock").verdict(samples) is Verdict.UNMEASURED


@pytest.mark.parametrize("is_long", [False, True])
def test_every_target_is_of_a_row_and_of_sides_that_the_report_has(is_long: bool) -> None:
    rows = {row.name for group in table.groups(is_long) for row in group.rows}
    for target in targets(is_long):
        assert {target.row, target.of or target.row} <= rows
        assert target.against in {"", *table.SIDES}
        assert (target.at_least is None) != (target.at_most is None)
        assert table.describe(target)


def test_names_and_titles_of_rows_are_their_own() -> None:
    assert len({row.name for row in table.ROWS}) == len({row.title for row in table.ROWS}) == len(table.ROWS)


def test_the_report_has_every_row_measured_or_not_and_says_what_failed() -> None:
    samples = samples_of(small_get={"stock": [0.004], "gateway": [0.0005]}, driver_idle={"ours": [23.125]})
    samples.fail("small_get", "dask", "TimeoutError: first")
    samples.fail("small_get", "dask", "TimeoutError: gone")
    samples.fail("small_get", "stock", "OSError: once")
    report = table.write(samples)
    for row in (row for group in table.groups(is_long=False) for row in group.rows):
        assert lines_of(report, row.title), row
    [median] = [line for line in lines_of(report, "small get") if line[1] == "1/s"][:1]
    assert median == ["small get", "1/s", "", "250 (failed at times)", "failed", "", "2,000", ""]
    [idle] = [line for line in lines_of(report, "idle driver, private") if line[1] == "MiB"][:1]
    assert idle == ["idle driver, private", "MiB", "", "", "", "23.1", "", ""]
    assert "- small get, Dask: 2 times; the last: TimeoutError: gone" in report


def test_the_report_has_each_target_beside_what_was_measured() -> None:
    samples = samples_of(small_get={"stock": [0.008], "gateway": [0.001], "ours": [0.0005], "native": [0.0001]})
    found = lines_of(table.target_table(samples), "small get")
    assert found == [
        ["small get", "at least 8x Ray's client", "16x", "8x", "yes"],
        ["small get", "at least 0.35x native Ray", "0.2x", "0.1x", "NO"],
        ["small get", "at least 4x Dask", "", "", "not measured"],
    ]
    assert table.summary(samples).startswith("1 of ")


def test_rates_are_shown_from_the_lowest_and_times_too() -> None:
    samples = samples_of(small_get={"gateway": [0.001, 0.002]}, chain={"gateway": [0.2, 0.1]})
    report = table.write(samples)
    assert "500 to 1,000" in report
    assert "0.1 to 0.2" in report


def test_a_run_is_the_same_after_json() -> None:
    samples = samples_of(small_get={"stock": [0.25, 0.5], "dask": [1.0]}, recovery={"gateway": [0.0625]})
    samples.fail("open_first", "stock", "ConnectionError: Ray's server did not start")
    facts, again = read_json(write_json({"commit": "abc"}, samples))
    assert facts == {"commit": "abc"}
    assert again.values("small_get", "stock") == [0.25, 0.5]
    assert again.failures() == samples.failures()
    assert table.write(again) == table.write(samples)


def test_a_link_gives_each_byte_its_time_and_lends_none() -> None:
    link = Link(delay_s=0.02, rate_bytes_s=1000)
    assert link.arrival(10.0, 100) == pytest.approx(10.12)
    assert link.arrival(10.0, 100) == pytest.approx(10.22)  # behind the first
    assert link.arrival(11.0, 100) == pytest.approx(11.12)  # what was not used is gone
    assert link.wait_s(11.1) == 0
    assert link.wait_s(11.0) == pytest.approx(0.1 - BUFFER_S)
    assert Link(delay_s=0.02, rate_bytes_s=None).arrival(10.0, 10**9) == pytest.approx(10.02)
