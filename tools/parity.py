"""The table of a conformance run, and its part of `docs/parity.md`: where client and Ray differ, or Ray and Ray.

    python tools/parity.py [--write] newest|oldest NATIVE.xml CLIENT.xml
    python tools/parity.py [--write] libraries REPORT.xml...

The reports are those of the two sides (`nox -s conformance`, `nox -s conformance-oldest`), and that of the programs of
Ray's libraries (`nox -s libraries-corpus`); of several, what a later one says of a program counts. Without `--write`
a page whose part is not what the run says is an error. The other parts are left alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "parity.md"
MARK = "<!-- {} -->\n"  #: where a part begins

HEAD = """# Parity

Where the client differs from Ray on purpose, and what an older Ray lacks. One suite (`integration_tests/conformance/`)
runs on Ray itself and through the client. A case stands here when it is marked, and then it must fail where it says.
`nox -s conformance` compares the first part of this page with a run on the newest Ray, `nox -s conformance-oldest` the
second with one on the oldest, and `nox -s parity` makes them anew. `nox -s libraries-corpus` makes the third.

"""

NEWEST = """## Ray {version}, the newest

{counts}

{differences}"""

OLDEST = """## Ray {version}, the oldest

{counts}

What differs on purpose is the same as above. The other cases need what came with a newer Ray: on Ray itself they fail,
or may hang and are not run. What the client does by itself it does with any Ray. A version is the oldest that has it,
of 2.43.0, 2.46.0, 2.49.2, 2.52.1, 2.55.1 and 2.60.0.

{needs}"""

LIBRARIES = """## Programs of Ray's libraries

Of the {all} programs in `integration_tests/libraries/corpus/`, {count} ran on Ray {version} itself, and as they
are from an environment without Ray; `nox -s libraries-corpus` compares what they print. {same} print the same.

{programs}
"""

#: The parts of the page, in order.
PARTS = "newest", "oldest", "libraries"

#: The outcomes of a case, in the order of the tables.
WORDS = {
    "passed": "passed",
    "differs": "fails, as the other side differs on purpose",
    "newer": "fails, as it needs a newer Ray",
    "not run": "not run: promised by the client only",
    "FAILED": "FAILED",
}
NEWER = re.compile(r"(?:\[NOTRUN\] )?Ray ([\d.]+): (.*)", re.DOTALL)


class Outcome(NamedTuple):
    """What became of a case on one side, and why if it was not run or was expected to fail."""

    word: str
    reason: str = ""


class Report(NamedTuple):
    """What one side has said: the version of Ray that the cluster had, and the outcomes by `module::name`."""

    ray: str
    outcomes: dict[str, Outcome]


def read(path: Path) -> Report:
    """Give what a report says."""
    root = ElementTree.parse(path)
    versions = [one.get("value") or "" for one in root.iter("property") if one.get("name") == "ray"]
    found = {}
    for case in root.iter("testcase"):
        name = f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"
        found[name] = _outcome(case)
    return Report(versions[0], found)


def _outcome(case: ElementTree.Element) -> Outcome:
    if case.find("failure") is not None or case.find("error") is not None:
        return Outcome("FAILED")
    skipped = case.find("skipped")
    if skipped is None:
        return Outcome("passed")
    reason = skipped.get("message") or ""
    if skipped.get("type") != "pytest.xfail":
        return Outcome("not run", reason)
    return Outcome("newer" if NEWER.fullmatch(reason) else "differs", reason)


def table(native: Report, client: Report) -> str:
    """Give the lines `case, native, client`, and a last one with the counts."""
    cases = sorted(native.outcomes.keys() | client.outcomes.keys())
    missing = Outcome("missing")
    width = max((len(case) for case in cases), default=4)
    lines = [f"{'case':<{width}}  native   client"]
    for case in cases:
        words = (side.outcomes.get(case, missing).word for side in (native, client))
        lines.append(f"{case:<{width}}  {next(words):<7}  {next(words)}")
    counts = (f"{_count(side, 'passed')} of {len(side.outcomes)}" for side in (native, client))
    lines.append(f"passed with Ray {native.ray}: native {{}}, client {{}}".format(*counts))
    return "\n".join(lines)


def _count(side: Report, word: str) -> int:
    return sum(one.word == word for one in side.outcomes.values())


def _counts(native: Report, client: Report) -> str:
    rows = [(said, _count(native, word), _count(client, word)) for word, said in WORDS.items()]
    return _markdown(("Cases", "On Ray itself", "Through the client"), (row for row in rows if row[1] or row[2]))


def _differences(native: Report, client: Report) -> str:
    """Give the table of differences, and the list of what only the client promises."""
    rows: dict[tuple[str, str], set[str]] = {}
    for follows, side in ("client", native), ("Ray", client):
        for case, outcome in side.outcomes.items():
            if outcome.word == "differs":
                rows.setdefault((outcome.reason, follows), set()).add(_plain(case))
    text = _markdown(
        ("What differs, and why", "The case describes", "Case"),
        ((reason, follows, _names(cases)) for (reason, follows), cases in sorted(rows.items())),
    )
    beyond = {_plain(case) for case, one in native.outcomes.items() if one.reason.endswith("the client only")}
    if beyond:
        text += f"\n\nPromised by the client only, where Ray promises nothing: {_names(beyond)}."
    return text


def _needs(native: Report, client: Report) -> str:
    """Give the table of what needs a newer Ray."""
    rows: dict[tuple[tuple[int, ...], str, str], set[str]] = {}
    for case, outcome in native.outcomes.items():
        if outcome.word == "newer":
            version, reason = re.sub(NEWER, r"\1", outcome.reason), re.sub(NEWER, r"\2", outcome.reason)
            has_it = _client_s_way(client.outcomes[case])
            numbers = tuple(int(part) for part in version.split("."))
            rows.setdefault((numbers, reason, has_it), set()).add(_plain(case))
    return _markdown(
        ("Ray", "What came with it", "The client", "Case"),
        (
            (".".join(map(str, numbers)), reason, has_it, _names(cases))
            for (numbers, reason, has_it), cases in sorted(rows.items())
        ),
    )


def _client_s_way(outcome: Outcome) -> str:
    """Give what the client does where Ray lacks something."""
    if outcome.word == "passed":
        return "has it"
    refusal = re.search(r" \((\w+)\)$", outcome.reason)
    return f"raises `{refusal[1]}`" if refusal else "fails too"


def _programs(report: Report) -> dict[str, Outcome]:
    """Give what became of each program."""
    found = ((re.search(r"prints_natively\[(.*)\]$", case), one) for case, one in report.outcomes.items())
    return dict(sorted(((match[1], one) for match, one in found if match), key=lambda each: each[0]))


def _libraries(report: Report) -> str:
    """Give the part of the programs of Ray's libraries."""
    programs = _programs(report)
    words = {"passed": "prints the same", "FAILED": "FAILED"}
    rows = ((f"`{name}.py`", words.get(one.word, one.reason)) for name, one in programs.items())
    same = sum(one.word == "passed" for one in programs.values())
    table = _markdown(("Program", "Through the client"), rows)
    there = len(list((ROOT / "integration_tests/libraries/corpus").glob("*.py")))
    return LIBRARIES.format(all=there, count=len(programs), version=report.ray, same=same, programs=table)


def _plain(case: str) -> str:
    return case.partition("[")[0]


def _names(cases: Iterable[str]) -> str:
    return ", ".join(f"`{case}`" for case in sorted(cases))


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(one).replace("|", r"\|") for one in line) + " |" for line in lines)


def _conformance(age: str, native: Report, client: Report) -> str:
    """Print the table of both sides, and give the part of the page."""
    print(table(native, client))
    values = {"version": native.ray, "counts": _counts(native, client)}
    if age == "newest":
        return NEWEST.format(differences=_differences(native, client), **values) + "\n"
    return OLDEST.format(needs=_needs(native, client), **values) + "\n"


def split(page: str) -> dict[str, str]:
    """Give the parts of the page that are there."""
    parts = re.split("^" + MARK.format(f"({'|'.join(PARTS)})"), page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def main(arguments: list[str]) -> str | None:
    """Print the table; write or compare a part of the page. Gives what is wrong, if anything is."""
    is_writing = "--write" in arguments
    name, *paths = (one for one in arguments if one != "--write")
    reports = [read(Path(one)) for one in paths]
    if name == "libraries":
        latest = {case: one for report in reports for case, one in report.outcomes.items()}
        made = _libraries(Report(reports[0].ray, latest))
    else:
        made = _conformance(name, *reports)
    parts = split(PAGE.read_text(encoding="utf-8"))
    if is_writing:
        parts[name] = made
        text = "\n".join(MARK.format(one) + parts[one].rstrip() + "\n" for one in PARTS if one in parts)
        PAGE.write_text(HEAD + text, encoding="utf-8")
    elif parts.get(name, "").rstrip() != made.rstrip():
        return f"{PAGE.relative_to(ROOT)} is not what the run on Ray {reports[0].ray} says: run `nox -s parity`"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
