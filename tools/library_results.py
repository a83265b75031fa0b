"""What functions that only describe give: for `library_names.py`, read from their sources and annotations."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

#: Modules of functions that only describe, and of what those give: without a session they are recorded.
DESCRIBING = ("ray.data.expressions", "ray.tune.search.sample", "ray.tune.search.variant_generator")

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def expression(function: Any) -> str:
    """Give the dict, list or tuple of its arguments that a function gives, if it does nothing else; or nothing."""
    tree = _tree(function)
    if tree is None:
        return ""
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    given = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    if not isinstance(given, (ast.Dict, ast.List, ast.Tuple)):
        return ""
    arguments = {argument.arg for argument in tree.args.args}
    plain = (ast.Dict, ast.List, ast.Tuple, ast.Constant, ast.Load)
    parts = list(ast.walk(given))
    are_names = [isinstance(part, ast.Name) and part.id in arguments for part in parts]
    is_plain = all(is_name or isinstance(part, plain) for is_name, part in zip(are_names, parts, strict=True))
    return ast.unparse(given) if is_plain and any(are_names) else ""


def result_class(function: Any, owner: type | None = None) -> type | None:
    """Give the class of what a function gives, or a method of a class; None: neither source nor annotation tells."""
    tree = _tree(function)
    if tree is None:
        return None
    scope = vars(sys.modules[function.__module__])
    found = {_class_of(given, scope, owner, _copies(tree)) for given in _given(tree)}
    [one] = found if len(found) == 1 else [None]
    if one is not None:
        return one
    named = tree.returns
    name = named.value if isinstance(named, ast.Constant) else named.id if isinstance(named, ast.Name) else None
    kind = scope.get(str(name))
    return kind if isinstance(kind, type) and kind.__module__.startswith("ray.") else None


def _class_of(given: ast.expr | None, scope: dict[str, Any], owner: type | None, copies: set[str]) -> type | None:
    """Give the class of an expression: a call of one, a copy of its own object, or what a method of such gives."""
    if isinstance(given, ast.Name):
        return owner if given.id in copies else None
    if not isinstance(given, ast.Call):
        return None
    if isinstance(given.func, ast.Name):
        made = scope.get(given.func.id)
        return made if isinstance(made, type) and made.__module__.startswith("ray.") else None
    if not isinstance(given.func, ast.Attribute):
        return None
    target = _class_of(given.func.value, scope, owner, copies)
    method = getattr(target, given.func.attr, None)
    return result_class(method, target) if inspect.isfunction(method) else None


def _copies(tree: _Function) -> set[str]:
    """Give the names of copies of its own object that a method makes."""
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and ast.unparse(node.value) == "copy(self)"]
    return {target.id for node in made for target in node.targets if isinstance(target, ast.Name)}


def _given(tree: ast.AST) -> Iterator[ast.expr | None]:
    """Give what a function returns, and not what those inside it do."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Return):
            yield node.value
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            yield from _given(node)


def _tree(function: Any) -> _Function | None:
    try:
        [tree] = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, SyntaxError, TypeError, ValueError):
        return None
    return tree if isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef)) else None
