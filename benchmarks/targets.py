"""What the table should show: the targets of issue 10, all in one place, and whether a run met them.

They hold for the client through the gateway, which is what users on other machines have.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from samples import Samples

COUNTS = "gateway"  #: the side whose number counts
MEMORY_MIB, DRIVER_MIB, IDLE_DRIVER_MIB = 64, 64, 35


class Verdict(Enum):
    """What came of a target; `value` is what the table says."""

    MET = "yes"
    MISSED = "NO"
    FAILED = "failed"
    UNMEASURED = "not measured"


@dataclass(frozen=True)
class Target:
    """A bound for a row: for how many times better it is than another side or row, or for its value.

    Samples are better when they are lower: seconds per unit, or MiB.
    """

    row: str
    at_least: float | None = None  #: times better than `against`, or the value where there is none
    at_most: float | None = None  #: the value; or, with `of`, the value in parts of that row's
    against: str = ""  #: another side
    of: str = ""  #: another row of the same side

    def measured(self, samples: Samples, side: str) -> float | None:
        """Give what is compared with the bound, or None where something of it is missing."""
        ours = samples.median(self.row, side)
        if self.at_least is not None and self.against:
            theirs = samples.median(self.row, self.against)
            return None if theirs is None or not ours else theirs / ours
        if not self.of:
            return ours
        whole = samples.median(self.of, side)
        return None if ours is None or not whole else ours / whole

    def verdict(self, samples: Samples, side: str = COUNTS) -> Verdict:
        """Say whether the bound holds. One failure of ours is one too many; those of others only show in the report."""
        if samples.has_failed(self.row, side):
            return Verdict.FAILED
        measured = self.measured(samples, side)
        if measured is None:
            return Verdict.UNMEASURED
        holds = measured >= self.at_least if self.at_least is not None else measured <= (self.at_most or 0)
        return Verdict.MET if holds else Verdict.MISSED


def _times(against: str, **bounds: float) -> list[Target]:
    return [Target(row, at_least=bound, against=against) for row, bound in bounds.items()]


def _at_most(**bounds: float) -> list[Target]:
    return [Target(row, at_most=bound) for row, bound in bounds.items()]


_TARGETS = (
    *_times("stock", small_get=8, put_ahead=50, task_round_trip=2.4, actor_round_trip=4),
    *_times("native", small_get=0.35, task_round_trip=0.8, actor_round_trip=0.75),
    *_times("dask", small_get=4, actor_round_trip=1.7),
    *_times("stock", task_batch=2.5, actor_batch=4.5, awaits=5),
    *_times("native", task_batch=0.9, actor_batch=0.95),
    *_times("stock", put_big=9, get_big=4, put_pieces=3.5, get_pieces=4),
    *_times("dask", put_big=1, get_big=1),
    *_times("socket", put_big=0.7, get_big=0.75),
    *_times("stock", open_first=14),
    *_at_most(open_first=0.25),
    *_times("stock", chain_far=17, puts_far=30, calls_far=8),
    # What the distance may cost is what any answer costs, one round trip; and a tenth, since less than one cannot be.
    *_at_most(chain_trips=1.1, puts_trips=1.1, calls_trips=1.1, gets_list_trips=3, gets_completed_trips=3),
    # The bare socket behind the same link is what the link gives.
    *_times("socket", put_narrow=0.9, get_narrow=0.9),
    *_at_most(memory_put=MEMORY_MIB, memory_get=MEMORY_MIB),
    *_at_most(memory_put_driver=DRIVER_MIB, memory_get_driver=DRIVER_MIB, driver_idle=IDLE_DRIVER_MIB),
    *_times("stock", p99_busy=10),
    Target("p99_busy", at_most=5, of="p99_idle"),
    *_at_most(recovery=0.06),
    Target("sessions", at_least=50),
    Target("library_call", at_most=1.3, of="small_get"),
    # 0.7 of its speed.
    Target("library_batches", at_most=1 / 0.7, of="library_blocks"),
    *_at_most(import_library=0.03),
    Target("live_many", at_most=1.2, of="live_few"),
)
_LONG_TARGETS = (*_at_most(long_release_pause=0.05),)


def targets(is_long: bool) -> tuple[Target, ...]:
    """Give the targets of the rounds, in the order of the issue, or of the long part."""
    return _LONG_TARGETS if is_long else _TARGETS
