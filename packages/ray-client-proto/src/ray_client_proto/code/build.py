"""Source text to code: one function or lambda, at its own lines, inside the scopes that it needs."""

from __future__ import annotations
import __future__

import ast
import inspect
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any, Final

from ray_client_proto.code.errors import cannot_build

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTION_NODES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

#: `catch_warnings` changes the filters of the whole process.
_warnings_lock = threading.Lock()

_FUTURE_FLAGS: Final = {name: getattr(__future__, name).compiler_flag for name in __future__.all_feature_names}
LAMBDA: Final = "<lambda>"
_SYNTHETIC_SCOPE: Final = "<scope>"


@dataclass(frozen=True)
class Scope:
    """A class or function around the one that is carried; only its kind and name matter."""

    is_class: bool
    name: str


@dataclass(frozen=True)
class FunctionSource:
    """Everything that makes a function's code again. It travels as a dictionary, to which keys may be added."""

    text: str
    file: str
    line: int  #: of the first line of `text`
    column: int  #: in bytes, where `text` is a lambda; -1 for whole lines with a `def`
    name: str
    scopes: tuple[Scope, ...] = ()
    free: tuple[str, ...] = ()  #: names of the closure's cells
    futures: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()  #: names in it that its module imports: since 3.11 the compiler minds
    is_global: bool = False  #: its name, though bound inside a function, is declared global there
    is_iterable_coroutine: bool = False

    def to_wire(self) -> dict[str, Any]:
        """Give what `from_wire` reads: plain values only."""
        fields = dict(self.__dict__)
        fields["scopes"] = tuple((scope.is_class, scope.name) for scope in self.scopes)
        return fields

    @classmethod
    def from_wire(cls, fields: dict[str, Any]) -> FunctionSource:
        """Read what `to_wire` gave, here or on a newer side."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        known["scopes"] = tuple(Scope(bool(is_class), str(name)) for is_class, name in known.get("scopes", ()))
        return cls(**known)

    def is_named(self, node: FunctionNode) -> bool:
        """Tell whether a function's node has the name that this source says."""
        return self.name == (LAMBDA if isinstance(node, ast.Lambda) else node.name)

    def lines(self) -> tuple[str, ...]:
        """Give the text as whole lines of its file."""
        text = " " * max(self.column, 0) + self.text.rstrip("\n")
        return tuple(line + "\n" for line in text.split("\n"))

    def describe(self) -> str:
        """Give the function's name and place, for people."""
        name = ".".join([*(scope.name for scope in self.scopes), self.name])
        return f"the function {name!r} ({self.file}:{self.line})"


def parse(text: str, feature_version: tuple[int, int] | None = None) -> ast.Module:
    """Parse without the warnings that the compiler gave when the module was loaded.

    Raises:
        SyntaxError: the text is none of this Python, or of `feature_version` so far as this one can tell.
        ValueError: it has a null byte.
    """
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, feature_version=feature_version)


def standalone(source: FunctionSource) -> tuple[str, int]:
    """Give text that can be parsed, and by how much its lines are off: the function at its own columns."""
    if source.column >= 0:
        return f"(\n{' ' * source.column}{source.text}\n)", source.line - 2
    if source.text[:1] in (" ", "\t"):
        return f"if 1:\n{source.text}", source.line - 2
    return source.text, source.line - 1


def compile_source(source: FunctionSource) -> CodeType:
    """Give the code of the function.

    Raises:
        SourceError: this Python does not know the syntax, or the text holds no such function.
    """
    text, lines_off = standalone(source)
    scopes = _scopes_to_build(source)
    try:
        try:
            module = parse(text)
        except SyntaxError as exc:
            exc.filename, exc.lineno = source.file, (exc.lineno or 1) + lines_off
            raise
        node = _only_function(module)
        if not source.is_named(node):
            raise cannot_build(source.describe(), "finds another function in it")
        ast.increment_lineno(node, lines_off)
        module = _wrapped(_stripped(node), scopes, source)
        with _warnings_lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code: CodeType = compile(module, source.file, "exec", flags=_flags(source.futures), dont_inherit=True)
    # RecursionError is for text that nests too deeply.
    except (SyntaxError, ValueError, RecursionError) as exc:
        raise cannot_build(source.describe(), f"does not take it ({type(exc).__name__}: {exc})") from exc
    for _ in range(len(scopes) + 1):  # each holds one code: that of the next
        code = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    if source.is_iterable_coroutine:
        code = code.replace(co_flags=code.co_flags | inspect.CO_ITERABLE_COROUTINE)
    return code


def _scopes_to_build(source: FunctionSource) -> tuple[Scope, ...]:
    """Give the scopes around the function, with one more if none of them could hold its free variables."""
    if all(scope.is_class for scope in source.scopes) and set(source.free) - {"__class__"}:
        return (Scope(False, _SYNTHETIC_SCOPE), *source.scopes)
    if not source.scopes and source.free:
        return (Scope(False, _SYNTHETIC_SCOPE),)
    return source.scopes


def _only_function(module: ast.Module) -> FunctionNode:
    body: list[ast.stmt] = module.body
    if len(body) == 1 and isinstance(body[0], ast.If):
        body = body[0].body
    node: ast.AST | None = body[0] if len(body) == 1 else None
    if isinstance(node, ast.Expr):
        node = node.value
    if not isinstance(node, FUNCTION_NODES):
        raise ValueError("it is not one function")
    return node


def _stripped(node: FunctionNode) -> FunctionNode:
    """Take off what is evaluated outside of the function: its results travel as values."""
    arguments = node.args
    arguments.defaults = []
    arguments.kw_defaults = [None] * len(arguments.kw_defaults)
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for argument in named:
        if argument is not None:
            argument.annotation = None
    if not isinstance(node, ast.Lambda):
        node.returns = None
        # The line of the first one is the function's own first line.
        node.decorator_list = [ast.copy_location(ast.Constant(None), each) for each in node.decorator_list]
        if hasattr(node, "type_params"):
            node.type_params = []
    return node


def _wrapped(node: FunctionNode, scopes: Sequence[Scope], source: FunctionSource) -> ast.Module:
    inner: ast.stmt = ast.Expr(node) if isinstance(node, ast.Lambda) else node
    name = source.name
    has_class = any(scope.is_class for scope in scopes)
    free = [ast.arg(each) for each in source.free if not (has_class and each == "__class__")]
    for scope in reversed(scopes):
        is_global = source.is_global and not scope.is_class and name not in source.free
        body: list[ast.stmt] = [ast.Global([name]), inner] if is_global else [inner]
        new: Any
        if scope.is_class:
            new = ast.ClassDef(name=scope.name, bases=[], keywords=[], body=body, decorator_list=[])
        else:
            arguments = ast.arguments(posonlyargs=[], args=free, kwonlyargs=[], kw_defaults=[], defaults=[])
            new = ast.FunctionDef(name=scope.name, args=arguments, body=body, decorator_list=[])
        if "type_params" in new._fields:
            new.type_params = []
        inner, name = new, scope.name
    imports: list[ast.stmt] = [ast.Import([ast.alias(each)]) for each in source.imports]
    return ast.fix_missing_locations(ast.Module([*imports, inner], []))


def first_line(node: FunctionNode) -> int:
    """Give the line that a function's code begins with: that of its first decorator, if it has one."""
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return decorators[0].lineno if decorators else node.lineno


def _flags(futures: Sequence[str]) -> int:
    flags = 0
    for name in futures:
        flags |= _FUTURE_FLAGS.get(name, 0)
    return flags


def future_names(code: CodeType) -> tuple[str, ...]:
    """Give the `__future__` features that a code was compiled with."""
    return tuple(name for name, flag in _FUTURE_FLAGS.items() if code.co_flags & flag)
