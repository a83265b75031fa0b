"""What the census counts: plain Python that knows nothing of Ray.

This module is the "project code" of the example. It is not installed on the cluster; the tasks
that use it bring it along.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

#: A file of the laptop: its name, and its bytes.
SourceFile = tuple[str, bytes]


@dataclass
class Facts:
    """What is known of a number of Python files. Two of them add up to the facts of both."""

    files: int = 0
    size_bytes: int = 0
    lines: int = 0
    functions: int = 0
    async_functions: int = 0
    classes: int = 0
    documented: int = 0  #: functions, classes and modules that have a docstring
    annotated: int = 0  #: functions that say what they return
    longest: tuple[int, str] = (0, "")  #: lines of the longest function, and which one it is
    imports: Counter[str] = field(default_factory=Counter)  #: top-level module to the files that import it
    not_parsed: tuple[str, ...] = ()  #: files that this Python cannot parse, sorted

    def __add__(self, other: Facts) -> Facts:
        return Facts(
            files=self.files + other.files,
            size_bytes=self.size_bytes + other.size_bytes,
            lines=self.lines + other.lines,
            functions=self.functions + other.functions,
            async_functions=self.async_functions + other.async_functions,
            classes=self.classes + other.classes,
            documented=self.documented + other.documented,
            annotated=self.annotated + other.annotated,
            longest=max(self.longest, other.longest),
            imports=self.imports + other.imports,
            not_parsed=tuple(sorted(self.not_parsed + other.not_parsed)),
        )


def of_files(files: Iterable[SourceFile]) -> Facts:
    """Give the facts of many files."""
    return sum((of_file(name, source) for name, source in files), Facts())


def of_file(name: str, source: bytes) -> Facts:
    """Give the facts of one file; one that cannot be parsed counts as that."""
    facts = Facts(files=1, size_bytes=len(source), lines=len(source.splitlines()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the standard library tests odd code on purpose
            tree = ast.parse(source)
    except (SyntaxError, ValueError):
        facts.not_parsed = (name,)
        return facts
    facts.documented += ast.get_docstring(tree) is not None
    for node in ast.walk(tree):
        _add_node(facts, name, node)
    facts.imports = Counter(set(facts.imports))  # a file counts once for each module
    return facts


def _add_node(facts: Facts, name: str, node: ast.AST) -> None:
    if isinstance(node, ast.Import):
        facts.imports.update(alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        facts.imports[node.module.partition(".")[0]] += 1
    elif isinstance(node, ast.ClassDef):
        facts.classes += 1
        facts.documented += ast.get_docstring(node) is not None
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        facts.functions += 1
        facts.async_functions += isinstance(node, ast.AsyncFunctionDef)
        facts.documented += ast.get_docstring(node) is not None
        facts.annotated += node.returns is not None
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        facts.longest = max(facts.longest, (length, f"{name}: {node.name}"))
