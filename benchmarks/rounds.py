"""What is measured in which round: in turn by living sides, and in processes of their own."""

from __future__ import annotations

import random
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cluster import FAR, NARROW, NEAR, ROUND_TRIP_MS
from contest import CASE_TIMEOUT_S, HERE, Contest, say
from memory import Above, private_mib
from processes import Requests

RAYS = ("native", "stock", "ours", "gateway")
CLIENTS = ("stock", "ours", "gateway")
ALL = (*RAYS, "dask")
OURS = ("ours", "gateway")
REMOTE = ("stock", "gateway")
EVERY = 1_000  #: rounds: in each that there is
LONG_TIMEOUT_S = 1_800.0
IDLE_S = 1.0
DISTRIBUTIONS = {"native": "ray", "stock": "ray", "dask": "distributed", "ours": "ray-client", "gateway": "ray-client"}
LIBRARIES = {"data": "Dataset", "serve": "deployment", "train": "ScalingConfig", "tune": "Tuner"}
IMPORTS = {"native": "ray", "stock": "ray", "dask": "distributed", "ours": "ray_client", "gateway": "ray_client"}


@dataclass(frozen=True)
class Turn:
    """A case that several sides run in turn, and for which rows its numbers are."""

    case: str
    sides: tuple[str, ...] = ALL
    place: str = NEAR
    rows: Mapping[str, str] = field(default_factory=dict)  #: default: one number, for the row of the same name
    rounds: int = EVERY  #: not in more than so many


TURNS = (
    *(Turn(case) for case in ("small_get", "small_put")),
    Turn("put_ahead", RAYS),
    *(Turn(case) for case in ("task_round_trip", "actor_round_trip")),
    Turn("echo", ("socket",)),
    *(Turn(case) for case in ("task_batch", "actor_batch")),
    Turn("awaits", RAYS),
    *(Turn(case, (*ALL, "socket")) for case in ("put_big", "get_big")),
    Turn("pieces", rows={"put": "put_pieces", "get": "get_pieces"}),
    Turn("library_call", OURS),
    Turn("library_batches", ("native", *OURS), rows={"get": "library_blocks", "iterate": "library_batches"}),
    Turn("chain"),
    *(Turn(case, RAYS) for case in ("puts", "calls", "gets_list", "gets_completed")),
    *(Turn(case, REMOTE, FAR, {"": f"{case}_far"}) for case in ("chain", "puts", "calls", "gets_list")),
    Turn("gets_completed", REMOTE, FAR, {"": "gets_completed_far"}),
    Turn("echo", ("socket",), FAR, {"": "echo_far"}, rounds=2),
    Turn("gets_waited", REMOTE, FAR, {"": "gets_waited_far"}, rounds=1),
    Turn("put_big", (*REMOTE, "socket"), NARROW, {"": "put_narrow"}, rounds=2),
    Turn("get_big", (*REMOTE, "socket"), NARROW, {"": "get_narrow"}, rounds=2),
    Turn("text", REMOTE, NARROW, {"put": "put_text", "get": "get_text"}, rounds=2),
)


def run_round(contest: Contest, number: int) -> None:
    """Run each case that has a turn in this round: one side after the other, in an order drawn anew."""
    order = random.Random(number)  # what one side leaves to be cleaned up, the next one feels
    for turn in TURNS:
        if number <= turn.rounds:
            for side in order.sample(turn.sides, len(turn.sides)):
                contest.take(turn.place, side, turn.case, turn.rows or {"": turn.case})
    for measure, sides, rounds in APART:
        if number <= rounds:
            for side in order.sample(sides, len(sides)):
                time.sleep(IDLE_S / 4)
                measure(contest, side)


def opening(contest: Contest, side: str) -> None:
    """Sessions, the first of a process and then another one; and what a driver holds that has nothing to do."""
    servers = contest.processes.running(b"specific-server")
    requests = contest.new_side(side, contest.where.addresses[NEAR, side], f"{side}_fresh")
    with contest.noting(["open_first", "open_again"], side):
        contest.keep(side, requests.ask(CASE_TIMEOUT_S, do="open"), {"": "open_first"})
        requests.ask(CASE_TIMEOUT_S, do="close")
        contest.keep(side, requests.ask(CASE_TIMEOUT_S, do="open"), {"": "open_again"})
        if side in CLIENTS:
            time.sleep(IDLE_S)
            with contest.noting(["driver_idle"], side):
                pid = _driver_pid(contest, side, requests, servers)
                contest.samples.add("driver_idle", side, private_mib(pid))
        requests.ask(CASE_TIMEOUT_S, do="close")
    requests.end()


def _driver_pid(contest: Contest, side: str, requests: Requests, before: set[int]) -> int:
    """Give the process that serves a client; Ray's client has one too, which was not there `before`."""
    if side != "stock":
        [pid] = contest.driver_pids(requests)
        return pid
    found = contest.processes.running(b"specific-server") - before
    if not found:
        raise RuntimeError("no process that serves this client was found")
    return max(found)


def importing(contest: Contest, side: str) -> None:
    """Seconds for a process that imports a package and does nothing else."""
    command = [contest.pythons[side], "-c", f"import {IMPORTS[side]}"]
    with contest.noting(["import"], side):
        started = time.perf_counter()
        subprocess.run(command, env=contest.processes.environment, capture_output=True, check=True)
        contest.samples.add("import", side, time.perf_counter() - started)


def importing_libraries(contest: Contest, side: str) -> None:
    """Seconds that a library takes to import and to give a name, where the client is there: of the slowest one."""
    with contest.noting(["import_library"], side):
        found = []
        for library, name in LIBRARIES.items():
            code = f"from ray_client.{library} import {name}"
            timed = f"import time, ray_client; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
            command = [contest.pythons[side], "-c", timed]
            found.append(float(subprocess.check_output(command, env=contest.processes.environment, text=True)))
        contest.samples.add("import_library", side, max(found))


def using_library(contest: Contest, side: str) -> None:
    """Seconds that the first use of a library takes in a session."""
    with contest.noting(["library_first"], side), contest.apart(side) as requests:
        contest.keep(side, requests.ask(CASE_TIMEOUT_S, do="case", name="library_first"), {"": "library_first"})


def memory(contest: Contest, side: str) -> None:
    """What client and driver hold above a large value; each way with a session of its own, whose memory is fresh."""
    for way in ("put", "get"):
        rows = [f"memory_{way}", f"memory_{way}_driver"]
        servers = contest.processes.running(b"specific-server")
        with contest.noting(rows, side), contest.apart(side) as requests:
            pid = _driver_pid(contest, side, requests, servers)
            above = Above(pid)
            values = requests.ask(CASE_TIMEOUT_S, do="case", name=f"memory_{way}")
            contest.samples.add(rows[1], side, above.end())
            contest.keep(side, values, {"": rows[0]})


def beside_upload(contest: Contest, side: str) -> None:
    rows = {"idle": "p99_idle", "busy": "p99_busy", "calls": "p99_calls", "upload": "p99_upload"}
    with contest.noting(rows.values(), side), contest.apart(side) as requests:
        contest.keep(side, requests.ask(CASE_TIMEOUT_S, do="case", name="calls_beside_upload"), rows)


def recovery(contest: Contest, side: str) -> None:
    address, control = contest.where.resetting[side]
    with contest.noting(["recovery"], side), contest.apart(side, address) as requests:
        answer = requests.ask(CASE_TIMEOUT_S, do="case", name="recovery", arguments={"control": control})
        contest.keep(side, answer, {"": "recovery"})


def sessions(contest: Contest, side: str, prefix: str = "") -> None:
    rows = {"opened": "", "open": "_open", "slowest": "_slowest", "held": "_held"}
    rows = {name: f"{prefix}sessions{suffix}" for name, suffix in rows.items()}
    arguments = {"address": contest.where.addresses[NEAR, side]}
    with contest.noting(rows.values(), side), contest.apart(side) as requests:
        answer = requests.ask(LONG_TIMEOUT_S, do="case", name="sessions", arguments=arguments)
        held = [private_mib(pid) for pid in contest.driver_pids(requests)]
        contest.keep(side, {**answer, "held": statistics.median(held)}, rows)
        requests.ask(LONG_TIMEOUT_S, do="case", name="close_sessions")


def references(contest: Contest, side: str, prefix: str = "") -> None:
    rows = {"few": "live_few", "many": "live_many", "pause": "release_pause", "release": "release_each"}
    rows = {name: f"{prefix}{row}" for name, row in rows.items()}
    with contest.noting(rows.values(), side), contest.apart(side) as requests:
        contest.keep(side, requests.ask(LONG_TIMEOUT_S, do="case", name="references"), rows)


def large(contest: Contest, side: str) -> None:
    rows = {"up": "long_up", "down": "long_down"}
    with contest.noting(rows.values(), side), contest.apart(side) as requests:
        contest.keep(side, requests.ask(LONG_TIMEOUT_S, do="case", name="large"), rows)
    address, control = contest.where.resetting[side]
    rows = {"up": "long_up_cut", "down": "long_down_cut"}
    with contest.noting(rows.values(), side), contest.apart(side, address) as requests:
        answer = requests.ask(LONG_TIMEOUT_S, do="case", name="large", arguments={"control": control})
        contest.keep(side, answer, rows)


#: What has processes of its own: by which sides, and in how many rounds at most.
APART: tuple[tuple[Callable[[Contest, str], None], tuple[str, ...], int], ...] = (
    (opening, ALL, EVERY),
    (importing, ALL, EVERY),
    (importing_libraries, OURS, EVERY),
    (using_library, ("native", *OURS), 3),
    (recovery, REMOTE, 3),
    (memory, CLIENTS, 1),
    (beside_upload, REMOTE, 2),
    (sessions, ("gateway",), 1),
    (references, ("gateway",), 1),
)


def run_long(contest: Contest) -> None:
    """What takes minutes, once: many more sessions and references, and a value of several GiB."""
    say("the long part: sessions")
    sessions(contest, "gateway", "long_")
    say("the long part: references")
    references(contest, "gateway", "long_")
    say("the long part: a large value")
    large(contest, "gateway")


def add_derived(contest: Contest) -> None:
    """The round trips that something waited for: what the distance cost, over what one round trip costs."""
    samples = contest.samples
    round_trip_s = samples.median("echo_far", "socket") or ROUND_TRIP_MS / 1000
    for case in ("chain", "puts", "calls", "gets_list", "gets_completed"):
        for side in REMOTE:
            near, far = samples.median(case, side), samples.median(f"{case}_far", side)
            if near is not None and far is not None:
                samples.add(f"{case}_trips", side, max(far - near, 0.0) / round_trip_s)


def add_disk(contest: Contest) -> None:
    for side, distribution in DISTRIBUTIONS.items():
        command = [contest.pythons[side], str(HERE / "footprint.py"), distribution]
        with contest.noting(["disk"], side):
            contest.samples.add("disk", side, int(subprocess.check_output(command, text=True)) / 1e6)
