"""Compare every public name, signature and base class of Ray's Core with ours, and write docs/surface.md of it.

    python tools/surface.py [--write] RAY.json RAY_CLIENT.json

The two are what `surface_dump.py` found on either side. What differs has to stand in `surface.toml` with its reason,
and what stands there has to differ. Without `--write`, a page that is not what the comparison says is an error.
"""

from __future__ import annotations

import fnmatch
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib  # type: ignore[no-redef]

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "surface.md"
FORMS = ROOT / "integration_tests" / "conformance" / "forms.tsv"
REASONS = Path(__file__).with_suffix(".toml")
ASPECTS = {
    "name": "names of modules, functions, classes, constants, methods and properties",
    "signature": "signatures: names, kinds and defaults of parameters",
    "base": "base classes of classes, exceptions among them",
    "form": "forms of arguments, and errors of those that are refused (`integration_tests/conformance/forms.tsv`)",
    "at once": "modules that `import ray` alone makes attributes",
}
HEAD = """# The surface

How much of Ray's Core the client has, name by name. `nox -s surface` asks Ray {ray} and this package, each in an
environment of its own, for all that their public modules have, compares the two, and writes this page with
`-- --write`. What Ray has and the client has not, or not in the same way, is an error of that session unless
`tools/surface.toml` gives the reason. Ray's libraries are not compared (they are on the cluster), nor is what begins
with an underscore. The modules left out are whole ones that the client does not have, for one of the reasons below.

{figures}

## What differs on purpose

A name stands for all that is inside it; `name()` is the signature, `name[base]` a base class, and `name as an
attribute` a module that is there only once it is imported.

{reasons}
## Forms that differ

| Form | On Ray itself | Through the client | Why |
| --- | --- | --- | --- |
{forms}
"""


class Finding(NamedTuple):
    """One thing that Ray has, and what becomes of it here: `same`, `differs` or `missing`."""

    aspect: str
    name: str
    outcome: str
    detail: str = ""


def compare(ray: dict[str, Any], ours: dict[str, Any]) -> Iterator[Finding]:
    """Yield a finding for each thing that Ray has."""
    for package, modules in ray["at_once"].items():
        for module in modules:
            there = module in ours["at_once"].get(package, ())
            yield Finding("at once", f"{package}.{module} as an attribute", "same" if there else "missing")
    for name, module in ray["modules"].items():
        if "missing" in module:  # an extra that Ray needs for it is not installed: nothing is known of it
            continue
        mine = ours["modules"][name]
        yield Finding("name", name, "missing" if "missing" in mine else "same", mine.get("missing", ""))
        yield from _compare_names(name, module["names"], mine.get("names", {}))


def _compare_names(place: str, theirs: dict[str, Any], mine: dict[str, Any]) -> Iterator[Finding]:
    for name, their in theirs.items():
        if their["kind"] == "module":  # has an entry of its own
            continue
        full, my = f"{place}.{name}", mine.get(name)
        if my is None:
            yield Finding("name", full, "missing")
        elif _kind(my) != _kind(their) or my.get("value") != their.get("value"):
            detail = f"{their['kind']} {their.get('value', '')}, here {my['kind']} {my.get('value', '')}"
            yield Finding("name", full, "differs", detail)
        else:
            yield Finding("name", full, "same")
        if my is None or their.get("signature") is not None:
            yield from _compare_signatures(full, their, my)
        for base in their.get("bases", ())[1:-1]:
            yield Finding("base", f"{full}[{base}]", "same" if my and base in my.get("bases", ()) else "missing")
        yield from _compare_names(full, their.get("members", {}), (my or {}).get("members", {}))


def _kind(described: dict[str, Any]) -> str:
    """Give the kind by which names are compared: an attribute may be a property on one side."""
    return {"property": "attribute", "value": "attribute"}.get(described["kind"], described["kind"])


def _compare_signatures(full: str, their: dict[str, Any], my: dict[str, Any] | None) -> Iterator[Finding]:
    theirs = their.get("signature")
    if theirs is None:
        return
    mine = (my or {}).get("signature")
    if my is None:
        yield Finding("signature", f"{full}()", "missing")
    elif mine == theirs:
        yield Finding("signature", f"{full}()", "same")
    else:
        yield Finding("signature", f"{full}()", "differs", f"{_text(theirs)}, here {_text(mine)}")


def _text(signature: list[list[str]] | None) -> str:
    marks = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**", "KEYWORD_ONLY": "kw:", "POSITIONAL_ONLY": "pos:"}
    shown = (f"{marks.get(kind, '')}{name}{'=' + value if value else ''}" for name, kind, value in signature or ())
    return f"({', '.join(shown)})"


class Reasons:
    """Why what differs does, by patterns of names; remembers which were needed."""

    def __init__(self, table: dict[str, list[str]]) -> None:
        self._why = {pattern: why for why, patterns in table.items() for pattern in patterns}
        self._used: Counter[str] = Counter()

    def cover(self, finding: Finding) -> bool:
        """Tell whether there is a reason for a finding."""
        for pattern in self._why:
            inside = tuple(pattern + mark for mark in (".", "(", "[", " as an attribute"))
            if fnmatch.fnmatchcase(finding.name, pattern) or finding.name.startswith(inside):
                self._used[pattern] += 1
                return True
        return False

    def unneeded(self) -> list[str]:
        """Give the patterns that covered nothing."""
        return [pattern for pattern in self._why if not self._used[pattern]]

    def rows(self) -> Iterator[str]:
        """Yield the rows of the page's table."""
        by_why: dict[str, list[str]] = {}
        for pattern, why in self._why.items():
            by_why.setdefault(why, []).append(f"`{pattern}`")
        for why, patterns in by_why.items():
            count = sum(self._used[pattern.strip("`")] for pattern in patterns)
            yield f"| {why} | {', '.join(patterns)} | {count} |"


def main(arguments: list[str]) -> int:
    """Compare, and write or check the page; 1 if anything is wrong."""
    paths = [argument for argument in arguments if argument != "--write"]
    ray, ours = (json.loads(Path(path).read_text()) for path in paths)
    table = tomllib.loads(REASONS.read_text())["reasons"]
    reasons = Reasons({entry["why"]: entry["names"] for entry in table})
    left_out = tuple(f"{name}." for name, module in ours["modules"].items() if "missing" in module)
    counts: Counter[tuple[str, str]] = Counter()
    wrong = []
    for finding in compare(ray, ours):
        outcome = finding.outcome
        if outcome != "same":
            if reasons.cover(finding):
                outcome = "left out" if f"{finding.name}.".startswith(left_out) else "on purpose"
            else:
                wrong.append(f"{finding.outcome}: {finding.name} {finding.detail}".rstrip())
        counts[finding.aspect, outcome] += 1
    for line in FORMS.read_text().splitlines():
        if line and not line.startswith("##"):  # the suite has the reason of each that differs
            counts["form", "on purpose" if _differs(line.split("\t")) else "same"] += 1
    wrong += [f"surface.toml has {name}, which is the same on both sides" for name in reasons.unneeded()]
    page = HEAD.format(ray=ray["version"], figures=_figures(counts), reasons=_table(reasons), forms=_forms())
    if "--write" in arguments:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        wrong.append("docs/surface.md is out of date: run `nox -s surface -- --write`")
    print(*wrong, _figures(counts), sep="\n")
    return 1 if wrong else 0


def _forms() -> str:
    rows = (line.split("\t") for line in FORMS.read_text().splitlines())
    return "\n".join(f"| `{row[0]}` | {row[1]} | {row[2]} | {row[3]} |" for row in rows if _differs(row))


def _differs(row: list[str]) -> bool:
    """Tell whether a row of the table of forms gives a reason for which the client differs."""
    return len(row) > 3 and bool(row[3])


def _figures(counts: Counter[tuple[str, str]]) -> str:
    lines = ["| What | same | differs on purpose | in modules left out | differs | missing |", "|" + " --- |" * 6]
    for aspect, words in ASPECTS.items():
        numbers = [counts[aspect, outcome] for outcome in ("same", "on purpose", "left out", "differs", "missing")]
        lines.append(f"| {words} | {' | '.join(str(number) for number in numbers)} |")
    return "\n".join(lines)


def _table(reasons: Reasons) -> str:
    return "\n".join(["| Why | What | Things |", "| --- | --- | --- |", *reasons.rows()]) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
