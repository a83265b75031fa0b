"""The table of the conformance run, and `docs/parity.md`: where client and Ray differ on purpose.

    python tools/parity.py [--write] NATIVE.xml CLIENT.xml

The reports are those of the two runs (`nox -s conformance`). Without `--write` a page that is not what the run
says is an error.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "parity.md"

HEAD = """# Parity

Where the client differs from Ray on purpose. One suite (`integration_tests/conformance/`) runs on Ray itself and
through the client; a case stands here when it is marked as a difference, and then it must fail on the other side.
`nox -s conformance` compares this page with the run, and `nox -s parity` makes it anew.

"""


class Outcome(NamedTuple):
    """What became of a case on one side, and why if it was not run or was expected to fail."""

    word: str
    reason: str = ""


def outcomes(report: Path) -> dict[str, Outcome]:
    """Give the outcome of each case of a report, by `module::name`."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"
        found[name] = _outcome(case)
    return found


def _outcome(case: ElementTree.Element) -> Outcome:
    if case.find("failure") is not None or case.find("error") is not None:
        return Outcome("FAILED")
    skipped = case.find("skipped")
    if skipped is None:
        return Outcome("passed")
    reason = skipped.get("message") or ""
    return Outcome("differs" if skipped.get("type") == "pytest.xfail" else "not run", reason)


def table(native: dict[str, Outcome], client: dict[str, Outcome]) -> str:
    """Give the lines `case, native, client`, and a last one with the counts."""
    cases = sorted(native.keys() | client.keys())
    missing = Outcome("missing")
    width = max((len(case) for case in cases), default=4)
    lines = [f"{'case':<{width}}  native   client"]
    for case in cases:
        lines.append(f"{case:<{width}}  {native.get(case, missing).word:<7}  {client.get(case, missing).word}")
    counts = (f"{sum(one.word == 'passed' for one in side.values())} of {len(side)}" for side in (native, client))
    lines.append("passed: native {}, client {}".format(*counts))
    return "\n".join(lines)


def page(native: dict[str, Outcome], client: dict[str, Outcome]) -> str:
    """Give the text of `docs/parity.md`."""
    rows: dict[tuple[str, str], list[str]] = {}
    for follows, side in ("client", native), ("Ray", client):
        for case, outcome in side.items():
            if outcome.word == "differs":
                module, _, name = case.partition("::")
                rows.setdefault((outcome.reason, follows), []).append(f"{module}::{name.partition('[')[0]}")
    lines = ["| What differs, and why | The case describes | Case |", "|---|---|---|"]
    for (reason, follows), cases in sorted(rows.items()):
        names = ", ".join(f"`{case}`" for case in sorted(set(cases)))
        lines.append(f"| {reason.replace('|', chr(92) + '|')} | {follows} | {names} |")
    beyond = sorted({case.partition("[")[0] for case, one in native.items() if one.reason.endswith("the client only")})
    text = HEAD + "\n".join(lines) + "\n"
    if beyond:
        text += "\nPromised by the client only, where Ray promises nothing: " + ", ".join(f"`{one}`" for one in beyond)
        text += ".\n"
    return text


def main(arguments: list[str]) -> str | None:
    """Print the table; write or compare the page. Gives what is wrong, if anything is."""
    is_writing = "--write" in arguments
    native, client = (outcomes(Path(one)) for one in arguments if one != "--write")
    print(table(native, client))
    text = page(native, client)
    if is_writing:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        return f"{PAGE.relative_to(ROOT)} is not what the run says: run `nox -s parity`"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
