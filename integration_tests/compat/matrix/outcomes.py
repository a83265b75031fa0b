"""What became of a cell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from compat import NOT_THERE

_TIMED_OUT = "from pytest-timeout"


@dataclass(frozen=True)
class Outcome:
    """Counts of a run of the suite; or why there was none."""

    passed: int = 0
    not_there: int = 0  #: newer than one of the two sides, which says so
    cases: int = 0
    seconds: float = 0.0
    only_hung: bool = False  #: some did not come to their end in time, and nothing else was wrong
    is_second: bool = False  #: the first time some hung
    not_run: str = ""  #: what the machine lacks
    broken: str = ""  #: what kept the suite from running to its end

    @property
    def is_failure(self) -> bool:
        """Whether it is none of: all passed, not to be run here."""
        return bool(self.broken) or (not self.not_run and (not self.cases or self.passed + self.not_there < self.cases))

    def __str__(self) -> str:
        if self.broken:
            return "broken"
        if self.not_run:
            return f"not run: {self.not_run}"
        missing = f", {self.not_there} not there" if self.not_there else ""
        second = ", second try" if self.is_second else ""
        return f"{self.passed}/{self.cases}{missing}, {self.seconds:.0f} s{second}"


def of_report(report: Path, seconds: float) -> Outcome:
    """Give the outcome that a JUnit report has."""
    cases = list(ElementTree.parse(report).iter("testcase"))
    wrong = [found.get("message") or "" for case in cases for kind in ("failure", "error") for found in case.iter(kind)]
    only_hung = bool(wrong) and all(_TIMED_OUT in message for message in wrong)
    passed = sum(not any(case.find(kind) is not None for kind in ("failure", "error", "skipped")) for case in cases)
    reasons = [skipped.get("message") or "" for case in cases for skipped in case.iter("skipped")]
    not_there = sum(reason.startswith(NOT_THERE) for reason in reasons)
    return Outcome(passed, not_there, len(cases), seconds, only_hung)


def write_report(report: Path, name: str, outcome: Outcome) -> None:
    """Leave a JUnit report of what did not come to run, so that whoever counts cases sees that it is missing."""
    kind, text = ("error", outcome.broken) if outcome.broken else ("skipped", outcome.not_run)
    suite = ElementTree.Element("testsuite", name=name, tests="1", failures="0", errors="0", skipped="0")
    suite.set("errors" if outcome.broken else "skipped", "1")
    case = ElementTree.SubElement(suite, "testcase", classname="compat", name=name)
    ElementTree.SubElement(case, kind, message=text)
    ElementTree.ElementTree(suite).write(report, encoding="utf-8", xml_declaration=True)
