"""Type stubs of Ray's libraries, for `tools/library_names.py`: what sources say of the types of the manifest's names.

Names stand for `ray_client`'s; what neither the manifest nor `ray_client` has, is `Any`.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import re
import sys
import types
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ray_client_proto.wire.ray_modules import is_cluster_only

ROOT = Path(__file__).parent.parent
_CLIENT = ROOT / "packages/ray-client/src/ray_client"
MIRRORED = (
    "actor",
    "client_builder",
    "cloudpickle",
    "dag",
    "exceptions",
    "experimental",
    "job_config",
    "remote_function",
)
MIRRORED += ("runtime_context", "runtime_env", "types", "util")
#: Libraries whose modules refer to so many others that only those get stubs that are wanted.
_CLOSED = ("air", "llm", "rllib")
#: Where Ray's own code lives that public modules take names from: nobody's program names it.
_INSIDE = re.compile(
    r"ray\.(dashboard|train\.v2|train\.(backend|constants|context|utils)|rllib\.algorithms\.\w+\.|data\.util"
    r"|tune\.(analysis|execution|experiment\.|impl|trainable\.|utils|web_server|tune$))"
)
_KEPT_DECORATORS = ("property", "staticmethod", "classmethod", "overload", "abstractmethod", "dataclass")
_TYPING = frozenset(typing.__all__) | {"Self", "TypeAlias", "Required", "NotRequired", "Literal", "override"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def here(name: str) -> str:
    """Give our name of a module of Ray's."""
    return f"ray_client{name[len('ray') :]}" if name == "ray" or name.startswith("ray.") else name


class Source:
    """What a module's source defines, and what its names mean."""

    def __init__(self, module: str) -> None:
        self.module = module
        try:
            tree = ast.parse(inspect.getsource(importlib.import_module(module)))
        except (OSError, TypeError, SyntaxError):
            tree = ast.Module([], [])
        self.imports: dict[str, tuple[str, str]] = {}
        self.defined: dict[str, list[ast.stmt]] = {}
        is_package = hasattr(sys.modules[module], "__path__")
        package = module if is_package else module.rpartition(".")[0]
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    self.imports.setdefault(alias.asname or top, (alias.name if alias.asname else top, ""))
            elif isinstance(node, ast.ImportFrom):
                origin = node.module or ""
                if node.level:
                    parents = package.split(".")
                    origin = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [origin])])
                for alias in node.names:
                    self.imports.setdefault(alias.asname or alias.name, (origin, alias.name))
        for statement in _statements(tree.body):
            for name in _names_of(statement):
                self.defined.setdefault(name, []).append(statement)


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.If):
            yield from _statements([*statement.body, *statement.orelse])
        elif isinstance(statement, ast.Try):
            yield from _statements(
                [*statement.body, *statement.orelse, *(s for h in statement.handlers for s in h.body)]
            )
        else:
            yield statement


def _names_of(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


class Stub:
    """The stub of one module."""

    def __init__(self, module: str, names: dict[str, Any], stubs: Stubs) -> None:
        self.module, self._names, self._stubs = module, names, stubs
        self._source = Source(module)
        self._imports: set[str] = set()
        self._is_base = False
        self._pending: list[str] = []  #: aliases that the annotations name
        self._meanings: dict[tuple[str, ...], str] = {}
        self._own: set[str] = {name for name, entry in names.items() if not isinstance(entry, str)}

    def text(self) -> str:
        """Give the stub."""
        lines = []
        module = sys.modules[self.module]
        is_explicit = hasattr(module, "__all__") or hasattr(module, "__path__")
        for name, entry in self._names.items():
            if isinstance(entry, str) and not is_explicit:
                continue  # it only uses them
            if isinstance(entry, str):
                home, _, own = entry.partition(":")
                if self._stubs.has(home, own):
                    self._imports.add(f"from {here(home)} import {own} as {own if own == name else f'_{own}'}")
                    lines += [] if own == name else [f"{name} = _{own}"]
                else:
                    lines.append(f"{name}: {self._any()}")
            else:
                lines += self._definition(name, entry)
        while self._pending:
            lines += self._alias(self._pending.pop())
        return "\n".join([*sorted(self._imports), *lines, ""])

    def _any(self) -> str:
        self._imports.add("from typing import Any")
        return "Any"

    def _definition(self, name: str, entry: dict[str, Any]) -> list[str]:
        found = [
            node for node in self._source.defined.get(name, ()) if not isinstance(node, (ast.Assign, ast.AugAssign))
        ]
        if entry["k"] == "alias":
            return self._alias(name)
        if not found and "e" in entry:
            return []
        if not found and entry["k"] in ("class", "error", "enum", "function"):
            return self._from_elsewhere(name)
        classes = [node for node in found if isinstance(node, ast.ClassDef)]
        functions = [node for node in found if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        if classes and entry["k"] not in ("value", "object", "function"):
            return self._class(classes[-1])
        if functions and entry["k"] == "function":
            return self._functions(functions, "")
        if entry["k"] == "value":
            return [f"{name}: {type(entry['v']).__name__ if entry['v'] is not None else 'None'}"]
        return [f"{name}: {self._any()}"]

    def _from_elsewhere(self, name: str) -> list[str]:
        """Give a class or a function that says it was of this module; its code tells where it is."""
        code: Any = inspect.unwrap(getattr(sys.modules[self.module], name))
        own, given = self._source, getattr(code, "__name__", "")
        for member in (code, *vars(code).values()):
            home = getattr(member, "__globals__", {}).get("__name__", "")
            if isinstance(member, types.FunctionType) and is_cluster_only(home) and home != self.module:
                self._source = Source(home)
                lines = self._definition(given, {"k": "class" if isinstance(code, type) else "function", "e": True})
                self._source = own
                if lines:
                    return lines
        return [f"class {name}({self._any()}): ..." if isinstance(code, type) else f"{name}: {self._any()}"]

    def _alias(self, name: str) -> list[str]:
        """Give a type that has a name of its own; a type variable is anything."""
        [*_, node] = self._source.defined[name]
        value = getattr(node, "value", None)
        is_type = isinstance(value, (ast.Subscript, ast.Name, ast.Attribute, ast.BinOp))
        return [f"{name} = {self._type(value) if is_type else self._any()}"]

    def _class(self, node: ast.ClassDef) -> list[str]:
        decorators = [self._decorator(one) for one in node.decorator_list]
        lines = [f"@{one}" for one in decorators if one and one.rpartition(".")[2].startswith("dataclass")]
        bases = ", ".join(dict.fromkeys(self._base(base) for base in node.bases))
        body = self._body(node)
        head = f"class {node.name}({bases}):" if bases else f"class {node.name}:"
        return [*lines, head + ("" if body else " ..."), *(f" {line}" for line in body)]

    def _base(self, base: ast.expr) -> str:
        plain = base.value if isinstance(base, ast.Subscript) else base  # of generic ones without its arguments
        if ast.unparse(plain).rpartition(".")[2] in ("Generic", "Protocol", "ABC"):
            return "object"
        self._is_base = True
        found = self._type(plain)
        self._is_base = False
        return found

    def _body(self, node: ast.ClassDef) -> list[str]:
        lines: list[str] = []
        by_name: dict[str, list[Function]] = {}
        attributes: dict[str, str] = {}
        for statement in _statements(node.body):
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                by_name.setdefault(statement.name, []).append(statement)
            elif isinstance(statement, ast.AnnAssign):
                default = "" if statement.value is None else " = ..."
                for name in _names_of(statement):
                    attributes[name] = f"{name}: {self._type(statement.annotation)}{default}"
            else:
                for name in _names_of(statement):
                    attributes[name] = (
                        f"{name}: {self._any()}"
                        if not isinstance(statement, ast.Assign)
                        else self._constant(node, name, statement)
                    )
        for name, functions in by_name.items():
            if name.startswith("_") and not (name.startswith("__") and name.endswith("__")):
                continue
            lines += self._functions(functions, node.name)
        for attribute in _set_in_init(by_name.get("__init__", ())):
            if attribute not in attributes and attribute not in by_name:
                attributes[attribute] = f"{attribute}: {self._any()}"
        return [*(line for name, line in attributes.items() if not name.startswith("_")), *lines]

    def _constant(self, node: ast.ClassDef, name: str, statement: ast.Assign) -> str:
        is_enum = any("Enum" in ast.unparse(base) or "Flag" in ast.unparse(base) for base in node.bases)
        if is_enum and isinstance(statement.value, ast.Constant):
            return f"{name} = {ast.unparse(statement.value)}"
        return f"{name} = ..." if is_enum else f"{name}: {self._any()}"

    def _functions(self, nodes: list[Function], owner: str) -> list[str]:
        overloads = [node for node in nodes if "overload" in map(self._decorator, node.decorator_list)]
        setters = [node for node in nodes if any(ast.unparse(d).endswith(".setter") for d in node.decorator_list)]
        getters = [node for node in nodes if node not in setters]
        chosen = [*(overloads or getters[-1:]), *setters[-1:]]
        return [line for node in chosen for line in self._function(node, owner)]

    def _function(self, node: Function, owner: str) -> list[str]:
        found = [self._decorator(one) for one in node.decorator_list]
        decorators = [f"@{one}" for one in found if one and one != "dataclass" and one != "abstractmethod"]
        keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        returns = "None" if node.name == "__init__" else self._type(node.returns)
        return [*decorators, f"{keyword} {node.name}({self._parameters(node.args)}) -> {returns}: ..."]

    def _parameters(self, args: ast.arguments) -> str:
        positional = [*args.posonlyargs, *args.args]
        required = len(positional) - len(args.defaults)
        parts = []
        for place, arg in enumerate(positional):
            is_own = place == 0 and arg.arg in ("self", "cls") and arg.annotation is None
            parts.append(arg.arg if is_own else self._parameter(arg, place >= required))
            if args.posonlyargs and place == len(args.posonlyargs) - 1:
                parts.append("/")
        if args.vararg is not None:
            parts.append(f"*{self._parameter(args.vararg, False)}")
        elif args.kwonlyargs:
            parts.append("*")
        parts += [
            self._parameter(arg, default is not None)
            for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        if args.kwarg is not None:
            parts.append(f"**{self._parameter(args.kwarg, False)}")
        return ", ".join(parts)

    def _parameter(self, arg: ast.arg, has_default: bool) -> str:
        return f"{arg.arg}: {self._type(arg.annotation)}{' = ...' if has_default else ''}"

    def _decorator(self, node: ast.expr) -> str:
        """Give a decorator that means something to a type checker; empty: it does not."""
        plain = node.func if isinstance(node, ast.Call) else node
        text = ast.unparse(plain)
        if text.endswith((".setter", ".deleter")):
            return text
        name = text.rpartition(".")[2]
        if name in ("Deprecated", "cached_property", "lru_cache") or name not in _KEPT_DECORATORS:
            if name == "cached_property":
                return "property"
            return ""
        if name == "overload":
            self._imports.add("from typing import overload")
        if name == "dataclass":
            self._imports.add("import dataclasses")
            arguments = ast.unparse(node)[len(text) :]  # as they are: they are plain
            return f"dataclasses.dataclass{arguments}"
        return name

    def _type(self, node: ast.expr | None) -> str:
        """Give an annotation with names that the stub has."""
        if node is None:
            return self._any()
        try:
            return ast.unparse(_Renamer(self).visit(node))
        except (SyntaxError, _UnknownError):
            return self._any()

    def name_for(self, dotted: list[str]) -> str:
        """Give what the stub says for a name of the source, with all that it needs."""
        first, rest = dotted[0], dotted[1:]
        key = self._source.module, *dotted
        if key not in self._meanings:
            self._meanings[key] = self._meaning(first, rest)
        return self._meanings[key]

    def _meaning(self, first: str, rest: list[str]) -> str:
        if first in self._source.imports and first not in self._own:
            module, name = self._source.imports[first]
            path = [*filter(None, [name]), *rest]
            for part in list(path):  # the longest module first
                if self._is_module(f"{module}.{part}"):
                    module, path = f"{module}.{part}", path[1:]
                else:
                    break
            return self._imported(module, path)
        if first in self._own or (first in self._names):
            return ".".join([first, *rest])
        if first in self._source.defined and self._source.module != self.module:
            return self._imported(self._source.module, [first, *rest])
        if first in self._source.defined:
            node = self._source.defined[first][-1]
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and not rest:
                self._own.add(first)
                self._pending.append(first)
                return first
            return self._any()
        if hasattr(builtins, first):
            return first
        return self._any()

    def _imported(self, module: str, path: list[str]) -> str:
        if not path:
            return self._any()
        if module in ("typing", "typing_extensions", "collections.abc"):
            if path[0] not in _TYPING:
                return self._any()
            origin = (
                "typing_extensions"
                if path[0] in ("Self", "TypeAlias", "Required", "NotRequired", "override")
                else module
            )
            self._imports.add(f"from {origin} import {path[0]}")
            return path[0]
        if module == "ray" or module.startswith("ray."):
            home, own = self._stubs.home_of(module, path[0], self._is_base)
            if not home or len(path) > 1:
                return self._any()
            if home == self.module:
                return own
            alias = own if own not in self._names or self._names[own] == f"{home}:{own}" else f"{own}_"
            self._imports.add(f"from {here(home)} import {own}" + ("" if alias == own else f" as {alias}"))
            return alias
        self._imports.add(f"import {module}")
        return ".".join([module, *path])

    @staticmethod
    def _is_module(name: str) -> bool:
        return isinstance(sys.modules.get(name), types.ModuleType)


class _UnknownError(Exception):
    """An annotation that no stub can have."""


class _Renamer(ast.NodeTransformer):
    def __init__(self, stub: Stub) -> None:
        self._stub = stub

    def visit_Constant(self, node: ast.Constant) -> Any:
        if not isinstance(node.value, str):
            return node
        return self.visit(ast.parse(node.value.strip(), mode="eval").body)

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        if ast.unparse(node.value).rpartition(".")[2] in ("Literal", "Annotated"):
            name = self.visit(node.value)
            return ast.Subscript(name, node.slice) if ast.unparse(name).endswith("Literal") else ast.Name("Any")
        value = self.visit(node.value)
        return value if ast.unparse(value) == "Any" else ast.Subscript(value, self.visit(node.slice))

    def visit_Name(self, node: ast.Name) -> Any:
        return ast.parse(self._stub.name_for([node.id]), mode="eval").body

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        parts, inner = [node.attr], node.value
        while isinstance(inner, ast.Attribute):
            parts.insert(0, inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            raise _UnknownError
        return ast.parse(self._stub.name_for([inner.id, *parts]), mode="eval").body

    def visit_Call(self, node: ast.Call) -> Any:
        raise _UnknownError


def _set_in_init(functions: Iterable[Function]) -> list[str]:
    found = []
    for function in functions:
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            found += [
                target.attr
                for target in targets
                if isinstance(target, ast.Attribute)
                and isinstance(target.value, ast.Name)
                and target.value.id == "self"
            ]
    return list(dict.fromkeys(found))


class Stubs:
    """The stubs of all modules of a manifest that are to have one."""

    def __init__(self, modules: dict[str, dict[str, Any]], wanted: Iterable[str]) -> None:
        self._modules = modules
        self._todo = sorted(wanted)
        self._wanted = frozenset(self._todo)
        self._made: dict[str, str] = {}

    def make(self) -> dict[str, str]:
        """Give the stubs by module; those that the wanted ones refer to are among them."""
        while self._todo:
            module = self._todo.pop()
            if module not in self._made:
                self._made[module] = ""
                self._made[module] = Stub(module, self._modules[module], self).text()
        return self._made

    def has(self, module: str, name: str) -> bool:
        """Tell whether a name can be taken from there; its stub is then made."""
        if name in self._modules.get(module, ()):
            if module.split(".")[1] in _CLOSED and module not in self._wanted:
                return False
            self._todo.append(module)
            return True
        return not is_cluster_only(module) and _client_has(module, name)

    def home_of(self, module: str, name: str, for_base: bool) -> tuple[str, str]:
        """Give where a name is that a source takes from a module of Ray's; empty: nowhere here.

        Private modules are made for what classes derive from, and not for what an annotation alone names.
        """
        found: Any = getattr(sys.modules.get(module) or importlib.import_module(module), name, None)
        home, own = getattr(found, "__module__", None), getattr(found, "__name__", None)
        places = [(module, name), *([(home, own)] if isinstance(home, str) and isinstance(own, str) else [])]
        named = [self._modules.get(place[0], {}).get(place[1]) for place in places]
        places = [*(tuple(entry.split(":")) for entry in named if isinstance(entry, str)), *places]
        allowed = [place for place in places if for_base or place[0] in self._made or "._" not in place[0]]
        return next((place for place in allowed if self.has(*place)), ("", ""))


def _client_has(module: str, name: str) -> bool:
    """Tell whether `ray_client` has a name where Ray has it."""
    path = _CLIENT.joinpath(*module.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.exists():
        return False
    source = file.read_text()
    return any(
        isinstance(node, ast.Assign) and name in ast.unparse(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "__all__" for target in node.targets)
    )


def files_of(modules: dict[str, dict[str, Any]], wanted: Iterable[str]) -> dict[str, str]:
    """Give the stubs by path: those of `ray_client`, and for programs that say `import ray`, what leads to them."""
    made = Stubs(modules, wanted).make()
    parents = {parent for name in made for parent in _parents(name)}
    files = {}
    for name in sorted({*made, *parents} - {"ray"}):
        text = made.get(name, "")
        files[f"ray_client-stubs/{_path(name, name in parents)}"] = text
        if "._" not in name and not _INSIDE.match(name):
            files[f"ray-stubs/{_path(name, name in parents)}"] = f"from {here(name)} import *\n"
    for name, is_package in _mirrored():
        files[f"ray-stubs/{_path(name, is_package)}"] = f"from {here(name)} import *\n"
    own = sorted(name.partition(".")[2] for name in made if name.count(".") == 1 and "._" not in name)
    lines = ["from ray_client import *\n", *(f"from ray import {name} as {name}\n" for name in own)]
    files["ray-stubs/__init__.pyi"] = "".join(lines)
    return files | {f"{top}-stubs/py.typed": "partial\n" for top in ("ray", "ray_client")}


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _path(name: str, is_package: bool) -> str:
    inner = "/".join(name.split(".")[1:])
    return f"{inner}/__init__.pyi" if is_package else f"{inner}.pyi"


def _mirrored() -> Iterator[tuple[str, bool]]:
    """Give the modules of Ray's Core that `ray_client` has, and whether they are packages."""
    for path in sorted(_CLIENT.rglob("*.py")):
        parts = path.relative_to(_CLIENT).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(["ray", *(parts[:-1] if is_package else parts)])
        if parts[0] in MIRRORED and not any(part.startswith("_") and part != "__init__" for part in parts):
            yield name, is_package
