"""Runs cells: a server for those that share one, and the suite from each client's environment."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from cluster import PYTHON_VARIABLE, private_environment
from processes import new_mark

from compat.matrix.environments import Environments
from compat.matrix.outcomes import Outcome, of_report, write_report
from compat.matrix.plan import SUITE, Cell, Client, Server
from compat.matrix.tools import NotRunError

RIG = SUITE.parent
PORT_VARIABLE = "RAY_CLIENT_COMPAT_PORT"
RUN_WITHIN_S = 1800  #: only what hangs takes longer
END_WITHIN_S = 180


class ServerError(Exception):
    """A server did not start, or left something behind; the text has the end of what it said."""


class Runner:
    """Runs cells and tells of each as it is done.

    Args:
        environments: gives what to run in.
        cases: how many the suite has.
        reports: where a JUnit file of each pair goes.
        work: where logs go.
        tell: is called with each outcome of a pair, from several threads.
    """

    def __init__(
        self,
        environments: Environments,
        cases: int,
        reports: Path,
        work: Path,
        tell: Callable[[Cell, Outcome], None],
    ) -> None:
        self._environments, self._cases, self._tell = environments, cases, tell
        self._reports, self._logs, self._home = reports, work / "logs", work / "home"
        self._suites: set[subprocess.Popen[bytes]] = set()  #: that run now
        self._is_interrupted = False
        for directory in (self._reports, self._logs, self._home):
            directory.mkdir(parents=True, exist_ok=True)

    def run(self, cells: Sequence[Cell], jobs: int) -> dict[Cell, Outcome]:
        """Run cells, with so many servers at once; a pair that stands in two tables runs once."""
        groups: dict[Server, dict[Client, list[Cell]]] = {}
        for cell in cells:
            groups.setdefault(cell.server, {}).setdefault(cell.client, []).append(cell)
        outcomes: dict[Cell, Outcome] = {}
        pool = ThreadPoolExecutor(jobs)
        try:
            for found in pool.map(self._run_group, groups, groups.values()):
                outcomes.update(found)
        except BaseException:
            self._interrupt()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        return outcomes

    def _interrupt(self) -> None:
        """End the suites that run and start no more; the threads then end their servers."""
        self._is_interrupted = True
        for suite in list(self._suites):
            suite.kill()

    def _run_group(self, server: Server, pairs: dict[Client, list[Cell]]) -> dict[Cell, Outcome]:
        """Run the cells of a server. If it leaves something behind they have all failed."""
        [[first, *_], *_] = pairs.values()
        try:
            python = self._environments.server(server)
            with _serving(python, self._logs / f"server-of-{_file_name(first)}.log") as port:
                found = {client: self._run_pair(cells[0], python, port) for client, cells in pairs.items()}
        except NotRunError as missing:
            found = self._note_all(pairs, Outcome(not_run=str(missing)))
        except (RuntimeError, ServerError) as error:
            found = self._note_all(pairs, Outcome(broken=str(error)))
        return {cell: found[client] for client, cells in pairs.items() for cell in cells}

    def _note_all(self, pairs: dict[Client, list[Cell]], outcome: Outcome) -> dict[Client, Outcome]:
        return {client: self._note(cells[0], outcome) for client, cells in pairs.items()}

    def _run_pair(self, cell: Cell, server_python: Path, port: int) -> Outcome:
        try:
            python = self._environments.client(cell.client)
            outcome = self._run_suite(cell, python, server_python, port)
            if outcome.only_hung:
                # Ray 2.60 on Python 3.13 loses a task now and then, one suite in about thirty: neither owner nor raylet
                # has a lease for it, workers and all threads of the driver are idle. A race of ours would hang here
                # too; so the cell tells of the second try, and one that hangs again has failed.
                outcome = replace(self._run_suite(cell, python, server_python, port), is_second=True)
        except NotRunError as missing:
            return self._note(cell, Outcome(not_run=str(missing)))
        except RuntimeError as error:
            return self._note(cell, Outcome(broken=str(error)))
        self._tell(cell, outcome)
        return outcome

    def _run_suite(self, cell: Cell, python: Path, server_python: Path, port: int) -> Outcome:
        """Run the suite.

        Raises:
            RuntimeError: it did not come to its end, or has not as many cases as it should.
        """
        report, log = self._reports / f"compat-{_file_name(cell)}.xml", self._logs / f"{_file_name(cell)}.log"
        report.unlink(missing_ok=True)
        options = ["-q", "--color=no", "-pno:cacheprovider", "--timeout=90", f"--junitxml={report}"]
        suite = ["-o", f"junit_suite_name=compat {cell.name}", SUITE.name]
        variables = {PYTHON_VARIABLE: str(server_python), PORT_VARIABLE: str(port)}
        environment = private_environment(self._home, new_mark(), variables)
        environment.pop("PYTHONPATH", None)
        began_s = time.monotonic()
        with log.open("w", encoding="utf-8") as output:
            command = [str(python), "-m", "pytest", *options, *suite]
            process = subprocess.Popen(command, cwd=RIG, env=environment, stdout=output, stderr=subprocess.STDOUT)
            self._suites.add(process)
            try:
                process.wait(0 if self._is_interrupted else RUN_WITHIN_S)
            except subprocess.TimeoutExpired:
                raise RuntimeError(f"the suite did not end within {RUN_WITHIN_S} s: {_end_of(log)}") from None
            finally:
                process.kill()
                process.wait()
                self._suites.discard(process)
        if not report.exists():
            raise RuntimeError(f"the suite left no report: {_end_of(log)}")
        outcome = of_report(report, time.monotonic() - began_s)
        if outcome.cases != self._cases:
            raise RuntimeError(f"{outcome.cases} cases were run, and the suite has {self._cases}: {_end_of(log)}")
        return outcome

    def _note(self, cell: Cell, outcome: Outcome) -> Outcome:
        write_report(self._reports / f"compat-{_file_name(cell)}.xml", f"compat {cell.name}", outcome)
        self._tell(cell, outcome)
        return outcome

    def end_of_log(self, cell: Cell) -> str:
        """Give the last lines that the suite has printed."""
        return _end_of(self._logs / f"{_file_name(cell)}.log")


@contextlib.contextmanager
def _serving(python: Path, log: Path) -> Iterator[int]:
    """Start a server, and end it afterwards; gives its port.

    Raises:
        ServerError: it did not start, at the second time neither; or it left something behind.
    """
    process, port = _start(python, log)
    if not port:  # on a machine that is too busy for Ray
        process, port = _start(python, log)
    if not port:
        raise ServerError(f"the server does not start: {_end_of(log)}")
    assert process.stdin is not None
    try:
        yield port
    finally:
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_WITHIN_S)
        process.kill()
    if process.wait():
        raise ServerError(f"the server did not end as it should: {_end_of(log)}")


def _start(python: Path, log: Path) -> tuple[subprocess.Popen[str], int]:
    """Start a server in a process of its own, and give its port; 0: it ended before it served."""
    environment = {**os.environ, "PYTHONPATH": str(RIG), PYTHON_VARIABLE: str(python)}
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "compat.matrix.serve"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait()
    return process, int(line or 0)


def _file_name(cell: Cell) -> str:
    return cell.name.replace("/", "-")


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])
