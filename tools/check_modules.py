"""Check what no linter knows: modules stay short, and a broad `except` says what can arrive there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAX_LINES = 350
BROAD = re.compile(r"^\s*except\s*(\(?\s*(Base)?Exception\b.*)?:\s*(?P<comment>#.*)?$")


def problems(path: Path) -> list[str]:
    """List what is wrong with the module, in words; empty if nothing is."""
    lines = path.read_text(encoding="utf-8").splitlines()
    where = path.relative_to(ROOT)
    found = [f"{where}: {len(lines)} lines, {MAX_LINES} are allowed; split it"] if len(lines) > MAX_LINES else []
    for number, line in enumerate(lines):
        match = BROAD.match(line)
        above_or_below = lines[max(number - 1, 0)], lines[min(number + 1, len(lines) - 1)]
        if match and not match["comment"] and not any(other.lstrip().startswith("#") for other in above_or_below):
            found.append(f"{where}:{number + 1}: a broad except without a comment that names what can arrive")
    return found


if __name__ == "__main__":
    modules = [
        path
        for source in sorted(ROOT.glob("packages/*/src"))
        for path in sorted(source.rglob("*.py"))
        if "_pb2" not in path.name
    ]
    if found := [problem for module in modules for problem in problems(module)]:
        sys.exit("\n".join(found))
    print(f"{len(modules)} modules")
