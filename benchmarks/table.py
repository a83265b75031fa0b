"""The report: what each row is, what it should come out at, and how it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from samples import Samples
from targets import Target, Verdict, targets

TITLES = {
    "native": "native Ray",
    "stock": "Ray's client",
    "dask": "Dask",
    "ours": "ray-client",
    "gateway": "ray-client via gateway",
    "socket": "bare TCP socket",
}
SIDES = tuple(TITLES)
OURS = ("ours", "gateway")


@dataclass(frozen=True)
class Row:
    """One line of the tables. Samples are seconds per unit, or MiB, or counts; `unit` says how they are shown."""

    name: str
    title: str
    unit: str

    @property
    def is_rate(self) -> bool:
        return self.unit.endswith("/s")


@dataclass(frozen=True)
class Group:
    """Rows that belong together, and what is to be said of them; a plot each."""

    name: str
    title: str
    text: str
    rows: tuple[Row, ...]


LONG = "long"
GROUPS = (
    Group(
        "calls",
        "Small things",
        "One at a time unless the row says otherwise: each waits for the answer before the next one begins. The "
        "row of small puts ends with a get of the last. The bare socket's round trip is of 100 "
        "bytes, between two processes.",
        (
            Row("small_get", "small get", "1/s"),
            Row("small_put", "small put", "1/s"),
            Row("put_ahead", "small put, not waited for", "1/s"),
            Row("task_round_trip", "task round trip", "1/s"),
            Row("actor_round_trip", "actor round trip", "1/s"),
            Row("echo", "round trip of 100 bytes", "1/s"),
            Row("task_batch", "500 tasks", "1/s"),
            Row("actor_batch", "500 actor calls", "1/s"),
            Row("awaits", "1,000 awaits in flight", "1/s"),
        ),
    ),
    Group(
        "bulk",
        "Large values",
        "Random bytes, other ones each time, compared by checksum. A put ends when the cluster says that it has "
        "the value. Dask's are `scatter` and `gather`, straight to and from its workers; the bare socket's are "
        "`sendall` and `recv_into` of one value. Native Ray copies into shared memory, and maps what it gets.",
        (
            Row("put_big", "put 100 MB", "MB/s"),
            Row("get_big", "get 100 MB", "MB/s"),
            Row("put_pieces", "200 puts of 1 MiB", "1/s"),
            Row("get_pieces", "200 gets of 1 MiB", "1/s"),
        ),
    ),
    Group(
        "libraries",
        "Ray's libraries",
        "They run in the session's driver; what is called here is a stand-in. A call is one of a method, compared "
        "with a small get; 512 MiB of arrays of NumPy come as the batches of a materialized dataset, and by a get of "
        "each of the 16 that it is made of.",
        (
            Row("library_first", "first use of Data in a session", "s"),
            Row("library_call", "call of a method of a library's object", "1/s"),
            Row("library_blocks", "512 MiB of arrays by get", "MB/s"),
            Row("library_batches", "512 MiB of arrays as batches of a dataset", "MB/s"),
            Row("import_library", "import of a library and a name of it", "s"),
        ),
    ),
    Group(
        "far",
        "From far away",
        "Through a relay with 40 ms there and back, and one with 200 Mbit/s in each direction too. Trips are what "
        "the distance cost, the same work near by taken away, over what a message and its answer on a bare socket "
        "take there.",
        (
            Row("chain", "chain of 50 tasks", "s"),
            Row("puts", "50 puts", "s"),
            Row("calls", "200 actor calls", "s"),
            Row("gets_list", "200 gets, one list", "s"),
            Row("gets_completed", "200 gets, as completed", "s"),
            Row("chain_far", "chain of 50 tasks, 40 ms away", "s"),
            Row("puts_far", "50 puts, 40 ms away", "s"),
            Row("calls_far", "200 actor calls, 40 ms away", "s"),
            Row("gets_list_far", "200 gets, one list, 40 ms away", "s"),
            Row("gets_completed_far", "200 gets, as completed, 40 ms away", "s"),
            Row("gets_waited_far", "50 times wait and get, 40 ms away", "s"),
            Row("chain_trips", "round trips of the chain", "trips"),
            Row("puts_trips", "round trips of 50 puts", "trips"),
            Row("calls_trips", "round trips of 200 actor calls", "trips"),
            Row("gets_list_trips", "round trips of 200 gets, one list", "trips"),
            Row("gets_completed_trips", "round trips of 200 gets, as completed", "trips"),
            Row("echo_far", "round trip of 100 bytes, 40 ms away", "s"),
            Row("put_narrow", "put 100 MB, 40 ms and 200 Mbit/s", "MB/s"),
            Row("get_narrow", "get 100 MB, 40 ms and 200 Mbit/s", "MB/s"),
            Row("put_text", "put 20 MB of CSV, 40 ms and 200 Mbit/s", "MB/s"),
            Row("get_text", "get 20 MB of CSV, 40 ms and 200 Mbit/s", "MB/s"),
        ),
    ),
    Group(
        "sessions",
        "Sessions, and what may go wrong",
        "Opening lasts until the first value has come back. The calls beside an upload are an actor's, while "
        "another thread puts 1 GiB. Recovery is from when every connection was reset until the next call is "
        "answered; each call is carried out once.",
        (
            Row("open_first", "open a session, first in a process", "s"),
            Row("open_again", "open a session, another one", "s"),
            Row("import", "python -c import", "s"),
            Row("p99_idle", "actor call, 99th percentile", "s"),
            Row("p99_busy", "actor call while 1 GiB goes up, 99th percentile", "s"),
            Row("p99_calls", "actor calls in that time", "calls"),
            Row("p99_upload", "put 1 GiB beside these calls", "MB/s"),
            Row("recovery", "recovery after a reset connection", "s"),
            Row("sessions", "sessions at once, of 50", "sessions"),
            Row("sessions_open", "opening one of them", "s"),
            Row("sessions_slowest", "slowest put and get when all ask at once", "s"),
            Row("live_few", "actor call, 1,000 live references", "s"),
            Row("live_many", "actor call, 100,000 live references", "s"),
            Row("release_pause", "longest pause in releasing 100,000 references", "s"),
            Row("release_each", "releasing 100,000 references", "1/s"),
        ),
    ),
    Group(
        "memory",
        "Memory",
        "Of 1 GiB put and got: the peak of resident memory above what there was before, the value itself and the "
        "store's copy taken away. Of Ray's client, the driver is the process that Ray starts for it. Private "
        "memory is what no other process shares.",
        (
            Row("memory_put", "put of 1 GiB, client", "MiB"),
            Row("memory_put_driver", "put of 1 GiB, driver", "MiB"),
            Row("memory_get", "get of 1 GiB, client", "MiB"),
            Row("memory_get_driver", "get of 1 GiB, driver", "MiB"),
            Row("driver_idle", "idle driver, private", "MiB"),
            Row("sessions_held", "driver of one of 50 sessions, private", "MiB"),
            Row("disk", "client on disk", "MB"),
        ),
    ),
    Group(
        LONG,
        "The long part",
        "Measured once, with `--long`. Sessions are opened until 3 GB of memory are left.",
        (
            Row("long_sessions", "sessions at once, of 200", "sessions"),
            Row("long_sessions_open", "opening one of 200 sessions", "s"),
            Row("long_sessions_slowest", "slowest put and get when all 200 ask at once", "s"),
            Row("long_sessions_held", "driver of one of 200 sessions, private", "MiB"),
            Row("long_live_few", "actor call, 1,000 live references, again", "s"),
            Row("long_live_many", "actor call, 1,000,000 live references", "s"),
            Row("long_release_pause", "longest pause in releasing 1,000,000 references", "s"),
            Row("long_release_each", "releasing 1,000,000 references", "1/s"),
            Row("long_up", "put 4 GiB", "MB/s"),
            Row("long_down", "get 4 GiB", "MB/s"),
            Row("long_up_cut", "put 4 GiB, all reset each second", "MB/s"),
            Row("long_down_cut", "get 4 GiB, all reset each second", "MB/s"),
        ),
    ),
)
ROWS = tuple(row for group in GROUPS for row in group.rows)
TITLE_OF = {row.name: row.title for row in ROWS}


def write(samples: Samples, is_long: bool = False) -> str:
    """Give the report as Markdown: targets, medians, spread, and what failed."""
    rows = [row for group in groups(is_long) for row in group.rows]
    parts = [
        f"Targets, {summary(samples, is_long)}:",
        target_table(samples, is_long),
        "Medians:",
        median_table(rows, samples),
        "Spread over the rounds, lowest to highest:",
        _spread_table(rows, samples),
    ]
    failed = failures(samples)
    return "\n\n".join(parts + ([f"Failed:\n\n{failed}"] if failed else []))


def failures(samples: Samples) -> str:
    """Give a line for each row that a side failed."""
    lines = [
        f"- {TITLE_OF.get(row, row)}, {TITLES.get(side, side)}: {len(reasons)} times; the last: {reasons[-1]}"
        for (row, side), reasons in samples.failures().items()
    ]
    return "\n".join(lines)


def groups(is_long: bool) -> list[Group]:
    """Give the groups of what the rounds measure, or of the long part."""
    return [group for group in GROUPS if (group.name == LONG) == is_long]


def summary(samples: Samples, is_long: bool = False) -> str:
    """Count the targets that were met through the gateway."""
    verdicts = [target.verdict(samples) for target in targets(is_long)]
    return f"{verdicts.count(Verdict.MET)} of {len(verdicts)} met through the gateway"


def target_table(samples: Samples, is_long: bool = False) -> str:
    """Give each target beside what was measured, and whether that meets it."""
    head = ["row", "target", *(TITLES[side] for side in OURS), "met"]
    lines = []
    for target in targets(is_long):
        measured = [show_measured(target, target.measured(samples, side)) for side in OURS]
        lines.append([TITLE_OF[target.row], describe(target), *measured, target.verdict(samples).value])
    return markdown(head, lines)


def describe(target: Target) -> str:
    """Say what a target wants."""
    if target.against:
        return f"at least {target.at_least:g}x {TITLES[target.against]}"
    row = next(row for row in ROWS if row.name == target.row)
    if target.of:
        return f"at most {target.at_most:g}x {TITLE_OF[target.of]}"
    if target.at_least is not None:
        return f"at least {target.at_least:g} {row.unit}"
    return f"at most {target.at_most:g} {row.unit}"


def show_measured(target: Target, measured: float | None) -> str:
    """Give what is compared with the bound: times, or a value."""
    if measured is None:
        return ""
    shown = f"{measured:,.0f}" if measured >= 100 else f"{measured:.3g}"
    return shown + "x" * bool(target.against or target.of)


def median_table(rows: Sequence[Row], samples: Samples) -> str:
    """Give the median of each side."""
    lines = [[row.title, row.unit, *(cell(row, samples, side) for side in SIDES)] for row in rows]
    return markdown(["row", "unit", *TITLES.values()], lines)


def cell(row: Row, samples: Samples, side: str) -> str:
    """Give a side's median; a row that a side failed now and then says so."""
    median = samples.median(row.name, side)
    if median is None:
        return "failed" if samples.has_failed(row.name, side) else ""
    return show(row, median) + (" (failed at times)" if samples.has_failed(row.name, side) else "")


def _spread_table(rows: Sequence[Row], samples: Samples) -> str:
    lines = [[row.title, row.unit, *(_spread(row, samples.values(row.name, side)) for side in SIDES)] for row in rows]
    return markdown(["row", "unit", *TITLES.values()], lines)


def _spread(row: Row, values: list[float]) -> str:
    if not values:
        return ""
    ends = sorted([min(values), max(values)], reverse=row.is_rate)
    return " to ".join(show(row, value) for value in ends)


def show(row: Row, value: float) -> str:
    """Give a value as people read it: rates as rates, three digits."""
    shown = 1 / value if row.is_rate else value
    return f"{shown:,.0f}" if abs(shown) >= 100 else f"{shown:.3g}"


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """Give a table."""
    widths = [max(len(line[at]) for line in [head, *rows]) for at in range(len(head))]

    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, rows)])
