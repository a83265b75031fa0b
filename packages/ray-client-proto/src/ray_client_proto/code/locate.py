"""Find the text of a running function in its file."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any, NamedTuple

from ray_client_proto.code import kept
from ray_client_proto.code.build import (
    FUNCTION_NODES,
    LAMBDA,
    FunctionNode,
    FunctionSource,
    Scope,
    compile_source,
    first_line,
    future_names,
    parse,
)
from ray_client_proto.code.compare import is_same, within
from ray_client_proto.code.errors import SourceError

#: What a side does to the codes that it builds.
Adjust = Callable[[CodeType], CodeType]


class Found(NamedTuple):
    """The source of a function, and the code that it gives."""

    source: FunctionSource
    code: CodeType


class NotFoundError(Exception):
    """There is no source for this function; the text says why, as a clause."""


class _Place(NamedTuple):
    node: FunctionNode
    scopes: tuple[Scope, ...]


def find(code: CodeType, module_globals: dict[str, Any], adjust: Adjust) -> Found:
    """Give the source of a code, and what it compiles to; made sure by compiling it.

    Raises:
        NotFoundError: there is none, or it does not give this code.
    """
    reason = "its source is not known: it was typed at a prompt which does not keep it, or made by exec"
    for text in _texts(code, module_globals):
        reason = (
            "its source does not match what runs: the file was changed after it was loaded, or the code was rewritten"
        )
        for place in _functions(text.text).get((code.co_name, code.co_firstlineno - text.lines_off), ()):
            for source in _sources(code, text, place):
                try:
                    built = compile_source(source)
                except SourceError:
                    continue
                adjusted = adjust(built)
                if is_same(built, code) or is_same(adjusted, code) or _was_rewritten_by_pytest(code):
                    return Found(source, adjusted)
    raise NotFoundError(reason)


def _was_rewritten_by_pytest(code: CodeType) -> bool:
    """Tell whether pytest put its own code for `assert` into this one: then the text says what was meant."""
    return any("@pytest_ar" in part.co_names for part in within(code))


def _texts(code: CodeType, module_globals: dict[str, Any]) -> Iterator[kept.Text]:
    """Give the texts that may hold a code: first what came from the peer, then files."""
    yield from kept.texts(code.co_filename, code.co_firstlineno)
    known = "".join(linecache.getlines(code.co_filename, module_globals))
    if known:
        yield kept.Text(known, 0, (), None)
    linecache.checkcache(code.co_filename)
    fresh = "".join(linecache.getlines(code.co_filename, module_globals))
    if fresh and fresh != known:
        yield kept.Text(fresh, 0, (), None)


@functools.lru_cache(maxsize=8)
def _parsed(text: str) -> ast.Module:
    try:
        return parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


@functools.lru_cache(maxsize=8)
def _imports(text: str) -> frozenset[str]:
    """Give the names that a module's own code binds by imports."""
    names: set[str] = set()
    left: list[ast.AST] = [_parsed(text)]
    while left:
        node = left.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif not isinstance(node, (*FUNCTION_NODES, ast.ClassDef, ast.expr)):
            left.extend(ast.iter_child_nodes(node))
    return frozenset(names)


@functools.lru_cache(maxsize=8)
def _functions(text: str) -> dict[tuple[str, int], list[_Place]]:
    """Give every function of a text by name and first line."""
    places: dict[tuple[str, int], list[_Place]] = {}
    # Depth does not matter: a stack of one's own has no limit.
    left: list[tuple[ast.AST, tuple[Scope, ...]]] = [(_parsed(text), ())]
    while left:
        node, scopes = left.pop()
        inside = scopes
        if isinstance(node, FUNCTION_NODES):
            name = LAMBDA if isinstance(node, ast.Lambda) else node.name
            places.setdefault((name, first_line(node)), []).append(_Place(node, scopes))
            inside = (*scopes, Scope(False, name))
        elif isinstance(node, ast.ClassDef):
            inside = (*scopes, Scope(True, node.name))
        left.extend((child, inside if _is_inside(node, child) else scopes) for child in ast.iter_child_nodes(node))
    return places


def _is_inside(node: ast.AST, child: ast.AST) -> bool:
    """Tell whether a child belongs to the body of a function or class: decorators, defaults and bases do not."""
    body = getattr(node, "body", None)
    return child is body or (isinstance(body, list) and any(child is each for each in body))


def _sources(code: CodeType, text: kept.Text, place: _Place) -> Iterator[FunctionSource]:
    segment, line, column = _segment(text.text, place.node)
    imports = _imports(text.text) if text.imports is None else text.imports
    names = {name for part in within(code) for name in part.co_names}
    for is_global in (False, True):
        yield FunctionSource(
            text=segment,
            file=code.co_filename,
            line=line + text.lines_off,
            column=column,
            name=code.co_name,
            scopes=(*text.outer, *place.scopes),
            free=tuple(sorted(name for name in code.co_freevars if name.isidentifier())),
            futures=future_names(code),
            imports=tuple(sorted(imports & names)),
            is_global=is_global,
            is_iterable_coroutine=bool(code.co_flags & inspect.CO_ITERABLE_COROUTINE),
        )


def _segment(text: str, node: FunctionNode) -> tuple[str, int, int]:
    """Give the text of a function, its first line, and its column if it is an expression."""
    if isinstance(node, ast.Lambda):
        return ast.get_source_segment(text, node) or "", node.lineno, node.col_offset
    start = first_line(node)
    return "\n".join(text.split("\n")[start - 1 : node.end_lineno]) + "\n", start, -1
