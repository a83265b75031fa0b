"""Check what no linter knows: a broad `except` says what can arrive there."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOQA = re.compile(r"# noqa: [A-Z0-9, ]+")


def broad_excepts(tree: ast.AST) -> Iterator[ast.ExceptHandler]:
    """Yield the handlers that catch everything and do not end by raising."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and not isinstance(node.body[-1], ast.Raise):
            caught = ast.unparse(node.type) if node.type else "BaseException"
            if re.search(r"\b(Base)?Exception\b", caught):
                yield node


def has_comment(lines: list[str], number: int) -> bool:
    """Tell whether the line, or one beside it, has a comment that says more than `noqa`."""
    return any("#" in NOQA.sub("", line) for line in lines[max(number - 2, 0) : number + 1]) or bool(
        re.search(r"# noqa: [A-Z0-9, ]+\W+\w", lines[number - 1])
    )


def problems(path: Path) -> list[str]:
    """List what is wrong with the module, in words; empty if nothing is."""
    text = path.read_text(encoding="utf-8")
    lines, where = text.splitlines(), path.relative_to(ROOT)
    found = []
    for handler in broad_excepts(ast.parse(text)):
        if not has_comment(lines, handler.lineno):
            found.append(f"{where}:{handler.lineno}: a broad except without a comment that names what can arrive")
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
