"""Write the names of Ray's libraries for ray-client-libraries, a file for each; `--check`: say what differs.

Run it through `nox -s library-names`, in an environment with `ray[data,tune,train,serve,rllib]`. Reading sources alone
would miss what a module takes from others, so the modules are imported.
"""

from __future__ import annotations

import ast
import dataclasses
import enum
import importlib
import inspect
import json
import pkgutil
import re
import sys
import tempfile
import textwrap
import types
import typing
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import library_results
import library_stubs

from ray_client_proto.wire.ray_modules import is_cluster_only
from ray_client_server.driver.library import SPECIALS

OUTPUT = Path(__file__).parent.parent / "packages/ray-client-libraries/src"
#: Modules with type stubs. RLlib's others, which refer to each other, would be as much as all of these.
_WITH_STUBS = re.compile(
    r"ray\.(air(\.(config|result|session))?|(data|job_submission|serve|train|tune|util)(\.[a-z0-9]\w*)*|dag\.compiled_dag_node"
    r"|experimental\.compiled_dag_ref|rllib(\.algorithms(\.[a-z0-9]\w*){0,2}|\.callbacks\.callbacks|\.env\.multi_agent_env)?)"
)
#: Where the modules are that a client need not have, and whose names are of use to it.
LIBRARIES = (
    *("air", "data", "job_submission", "llm", "rllib", "serve", "train", "tune"),
    *("dag", "experimental", "util.collective", "util.iter", "util.spark", "util.tracing"),
)
#: Parts of the names of modules that nobody's program imports.
_APART = (
    *("tests", "testing", "benchmarks", "cli", "scripts", "analysis", "automl", "impl", "generated", "conftest"),
    *("examples", "tuned_examples"),
)
_PLAIN = (bool, int, float, str, type(None))
_DOC_CHARS = 100
#: Packages whose classes every client has, or has names of.
_AT_HAND = ("ray", *sys.stdlib_module_names)

Names = dict[str, Any]


class _Absent(MetaPathFinder, Loader):
    """Finds whatever package is missing: with all extras of all libraries this environment would take gigabytes."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        top = sys.modules.get(fullname.partition(".")[0])
        is_absent = top is None or isinstance(top, _AbsentModule)
        return ModuleSpec(fullname, self, is_package=True) if is_absent and fullname != "ray" else None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing: it has any name."""


class _AbsentModule(types.ModuleType):
    __version__ = "99.0.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name[0].isupper() or name in ("dtype", "device"):
            found = _AbsentType(name, (), {"__module__": self.__name__})
        else:
            found = importlib.import_module(f"{self.__name__}.{name}")
        setattr(self, name, found)
        return found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return args[0] if len(args) == 1 and callable(args[0]) else self  # it may decorate


class _AbsentType(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _AbsentType(name, (), {"__module__": cls.__module__})

    def __or__(cls, other: Any) -> Any:
        return cls

    __ror__ = __or__


def is_ours(module: str | None) -> bool:
    """Tell whether a module is one that a client need not have."""
    return is_cluster_only(str(module))


def public_modules() -> list[str]:
    """Give the public modules of the libraries that can be imported here, if need be with stand-ins for packages."""
    found = [name for library in LIBRARIES for name in modules_in(f"ray.{library}")]
    failed = sorted(name for name in _failed)
    _failed.clear()
    sys.meta_path.append(_Absent())
    for name in failed:
        found += modules_in(name)
    if _failed:
        print(f"not imported: {', '.join(sorted(_failed))}", file=sys.stderr)
    return sorted({name for name in found if is_ours(name)})


_failed: set[str] = set()


def modules_in(top: str) -> list[str]:
    """Give the public modules at and below one that can be imported."""
    if any(part.startswith("_") or part in _APART for part in top.split(".")):
        return []
    try:
        module = importlib.import_module(top)
    except Exception:  # noqa: BLE001 - what an optional package is missing for may raise anything
        _failed.add(top)
        return []
    inner = [found.name for found in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{top}.")]
    return [top, *(name for one in inner for name in modules_in(one))]


def place_in_core(code: Any) -> str | None:
    """Give the place of what a library takes from the public rest of Ray: programs take it from the library."""
    parts = str(code.__module__).split(".")
    if parts[0] != "ray" or any(part.startswith("_") for part in parts):
        return None
    homes = [".".join(parts[: at + 1]) for at in range(len(parts))]
    home = next((home for home in homes if getattr(sys.modules[home], code.__name__, None) is code), None)
    return home and f"{home}:{code.__name__}"


def names_of(module: types.ModuleType) -> list[str]:
    """Give the public names of a module: those that it declares, and others that programs take from it."""
    declared = list(getattr(module, "__all__", ()))
    others = [name for name, value in sorted(vars(module).items()) if not declared or is_of_library(value)]
    found = dict.fromkeys([*declared, *others])
    return [name for name in found if not name.startswith("_") and hasattr(module, name)]


def is_of_library(code: Any) -> bool:
    """Tell whether a value is a class or a function of a library."""
    return (inspect.isclass(code) or inspect.isfunction(code)) and is_ours(code.__module__)


class Manifest:
    """The names by module, as far as they have been found."""

    def __init__(self) -> None:
        self.modules: dict[str, Names] = {}

    def add_module(self, name: str) -> None:
        """Take a public module, and what its names refer to."""
        module = importlib.import_module(name)
        names = self._names(name)
        for public in names_of(module):
            entry = self.entry(getattr(module, public), name, public)
            if entry is not None:
                names.setdefault(public, entry)

    def add_errors(self) -> None:
        """Take the errors that private modules define: they come in values, and are caught by their classes."""
        libraries = tuple(f"ray.{library}." for library in LIBRARIES)
        for name in sorted(name for name in sys.modules if name.startswith(libraries) and "._" in name):
            for own, value in sorted(vars(sys.modules[name]).items()):
                is_error = isinstance(value, type) and issubclass(value, BaseException) and value.__module__ == name
                if is_error and not isinstance(value, _AbsentType):
                    self.place(value, name, own)

    def _names(self, module: str) -> Names:
        """Give the names of a module; the packages that it lies in are there too, or it could not be imported."""
        package = module.rpartition(".")[0]
        if is_ours(package):
            self._names(package)
        return self.modules.setdefault(module, {})

    def entry(self, obj: Any, module: str, name: str) -> Any:
        """Give what the manifest says of a name; None: it is none of the library's own."""
        if isinstance(obj, types.ModuleType):
            return None
        if inspect.isclass(obj) or inspect.isfunction(obj):
            if "." in obj.__qualname__:
                return None
            return self.place(obj, module, name) if is_ours(obj.__module__) else place_in_core(obj)
        if typing.get_origin(obj) is not None:  # an alias of types: it is the module's own that assigns it
            is_own = re.search(rf"^{name}\b.*=", inspect.getsource(sys.modules[module]), re.MULTILINE)
            return {"k": "alias"} if is_own else None
        if name.isupper() and type(obj) in _PLAIN:
            return {"k": "value", "v": obj} if is_lasting(obj) else {"k": "object"}
        return {"k": "object"} if is_ours(type(obj).__module__) else None

    def place(self, code: Any, module: str, name: str) -> Any:
        """Describe a class or function where it is defined; give that, or from elsewhere its place."""
        home, own = code.__module__, code.__name__
        if getattr(sys.modules.get(home), own, None) is not code:
            home, own = module, name  # made by a decorator, or known under this name only
        names = self._names(home)
        if own not in names or isinstance(names[own], str):
            names[own] = {}  # for circles
            names[own] = self.describe(code)
        return names[own] if (home, own) == (module, name) else f"{home}:{own}"

    def describe(self, code: Any) -> Any:
        """Describe a class or a function."""
        doc = first_line(code)
        if not inspect.isclass(code):
            return {"k": "function", "g": signature(code), "d": doc, **self.results(code)}
        if issubclass(code, enum.Enum):
            members = [[name, member.value] for name, member in code.__members__.items()]
            if all(type(value) in _PLAIN for _, value in members):
                found = self.members(code).get("m", {}).items()
                methods = {name: signature for name, signature in found if not name.startswith("_")}
                return {
                    "k": "enum",
                    "v": members,
                    "x": kind_of_enum(code),
                    "d": doc,
                    **texts_of(code),
                    **({"m": methods} if methods else {}),
                }
        bases = [found for base in code.__bases__ for found in self.bases(base)]
        kind = "error" if issubclass(code, BaseException) else "class"
        return {"k": kind, "b": bases, "d": doc, **self.members(code), **self.nested(code)}

    def nested(self, cls: type) -> Names:
        """Describe the public classes inside a class."""
        inside = {name: member for name, member in vars(cls).items() if inspect.isclass(member) and name[0] != "_"}
        own = {name: member for name, member in inside.items() if member.__qualname__ == f"{cls.__qualname__}.{name}"}
        return {"n": {name: self.describe(member) for name, member in own.items()}} if own else {}

    def results(self, function: Any) -> Names:
        """Give what is known of a function's result before it is called: how it is made, or its class if it describes.

        Of one that describes, the class may be unknown: then it is empty.
        """
        made = library_results.expression(function)
        if made:
            return {"e": made}
        if function.__module__ not in library_results.DESCRIBING:
            return {}
        return {"o": self.result_class(library_results.result_class(function))}

    def results_of_methods(self, cls: type, names: set[str]) -> Names:
        """Give the classes of what methods give, as far as they are known, of a class that describes."""
        if cls.__module__ not in library_results.DESCRIBING:
            return {}
        own = ((name, member) for name, member in vars(cls).items() if name in names)
        kinds = {name: self.result_class(library_results.result_class(member, cls)) for name, member in own}
        return {name: kind for name, kind in kinds.items() if kind}

    def result_class(self, cls: type | None) -> str:
        """Name the class of a result, and take it; empty: it is not known."""
        return "" if cls is None else next(iter(self.bases(cls)), "")

    def bases(self, base: type) -> list[str]:
        """Name a base of a class, or what that derives from, if it cannot be had by its name."""
        if base.__module__ == "builtins" and issubclass(base, BaseException):
            return [f"builtins:{base.__name__}"]
        if not is_ours(base.__module__):
            return []
        if getattr(sys.modules.get(base.__module__), base.__qualname__, None) is not base:
            return [found for deeper in base.__bases__ for found in self.bases(deeper)]
        self.place(base, base.__module__, base.__name__)
        return [f"{base.__module__}:{base.__name__}"]

    def members(self, cls: type) -> Names:
        """Give the methods of a class with their signatures, its static ones, properties and special methods."""
        found: Names = {"m": {}, "t": {}, "p": [], "s": [], "r": [], "c": {}}
        found["s"] += specials_from_elsewhere(cls)
        if "__init__" in vars(cls):
            found["g"] = signature(cls)
        for name, member in {**members_from_elsewhere(cls), **vars(cls)}.items():
            if name.startswith("_") and not name.startswith(("__", "_repr_")):
                continue
            if name.startswith("__"):
                if inspect.isroutine(member) and name not in found["s"]:
                    found["s"].append(name)
            elif isinstance(member, (staticmethod, classmethod)):
                found["t"][name] = signature(getattr(cls, name))
            elif inspect.isroutine(member):
                found["m"][name] = signature(member)
                if is_fluent(member):
                    found["r"].append(name)
            elif isinstance(member, property) and not name.startswith("_"):
                found["p"].append(name)
            elif type(member) in _PLAIN and not name.startswith("_") and is_lasting(member):
                found["c"][name] = member
        found["h"] = {name: doc for name in (*found["m"], *found["t"]) if (doc := first_line(getattr(cls, name)))}
        found["o"] = self.results_of_methods(cls, {*found["m"], *found["s"]})
        fields = {*getattr(cls, "__dataclass_fields__", ()), *getattr(cls, "__pydantic_fields__", ())}
        found["p"] += sorted(fields - set(found["p"]))
        found["c"] = {name: value for name, value in found["c"].items() if name not in fields}
        if dataclasses.is_dataclass(cls):
            found |= fields_of(cls)
        return {key: value for key, value in found.items() if value}


def first_line(code: Any) -> str:
    """Give how the text begins that `help` shows."""
    return (inspect.getdoc(code) or "").partition("\n")[0][:_DOC_CHARS]


def kind_of_enum(cls: type[enum.Enum]) -> str:
    """Name what the members are besides: texts, numbers, or of a kind of enum that Python has; empty: nothing."""
    ready = (enum.IntFlag, enum.IntEnum, enum.Flag, getattr(enum, "StrEnum", enum.IntEnum))
    found = next((kind for kind in (*ready, str, int) if issubclass(cls, kind)), None)
    return "" if found is None else found.__name__


def texts_of(cls: type[enum.Enum]) -> Names:
    """Give the texts of an enum's members, where they are its own."""
    is_own = any("__str__" in vars(base) for base in cls.__mro__ if is_ours(base.__module__))
    return {"e": [str(member) for member in cls.__members__.values()]} if is_own else {}


def fields_of(cls: Any) -> Names:
    """Give the fields of a dataclass: of each its name, how it differs from a plain one, and its default.

    The letters: `i`, `k`, `r`, `c` not in the initializer, by keyword only, not in `repr`, not compared; `d` a default
    that is plain, `f` one that a type of Python's makes, which is named, `u` another; `a` what an instance has without
    an argument is not its default.
    """
    try:
        made: Any = cls()
    except Exception:  # noqa: BLE001 - the library's own code
        made = None
    found = [field_of(field, made) for field in dataclasses.fields(cls)]
    params = cls.__dataclass_params__
    return {"f": found, "z": params.frozen, "y": hasattr(cls.__repr__, "__wrapped__")}


def field_of(field: dataclasses.Field[Any], made: Any) -> list[Any]:
    """Give a field as `fields_of` has it."""
    flags = "".join(
        letter
        for letter, is_set in zip(
            "ikrc", (not field.init, field.kw_only, not field.repr, not field.compare), strict=True
        )
        if is_set
    )
    missing = dataclasses.MISSING
    value = getattr(made, field.name, missing)
    if field.default_factory is not missing:
        is_plain = field.default_factory in (list, dict, set)
        return [field.name, flags + "f", field.default_factory.__name__] if is_plain else [field.name, flags + "u"]
    if field.default is missing:
        return [field.name, flags]
    if default_of(field.default) is not field.default or not is_lasting(field.default):
        return [field.name, flags + "u"]
    if made is not None and (type(value) is not type(field.default) or value != field.default):
        flags += "a"
    return [field.name, flags + "d", field.default]


def specials_from_elsewhere(cls: type) -> list[str]:
    """Give the special methods that a class has of packages that a client need not have, such as pydantic."""
    bases = [base for base in cls.__mro__ if base.__module__.partition(".")[0] not in _AT_HAND]
    found = {name for base in bases for name, member in vars(base).items() if inspect.isroutine(member)}
    return sorted(found.intersection(SPECIALS))


def members_from_elsewhere(cls: type) -> Names:
    """Give the public methods that a class has of such packages."""
    tops = [base for base in cls.__bases__ if base.__module__.partition(".")[0] not in _AT_HAND]
    bases = [base for top in tops for base in top.__mro__[:-1]]
    kinds = (staticmethod, classmethod, types.FunctionType)
    found = {
        name: member for base in reversed(bases) for name, member in vars(base).items() if isinstance(member, kinds)
    }
    return {name: member for name, member in found.items() if not name.startswith("_")}


def is_fluent(method: Any) -> bool:
    """Tell whether a method gives its own object in any case."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
    except (OSError, TypeError, SyntaxError):
        return False
    given = [ast.unparse(node.value or ast.Constant(None)) for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return bool(given) and set(given) == {"self"} and not method.__name__.startswith("_")


def is_lasting(value: Any) -> bool:
    """Tell whether a constant is the same on another machine, and tomorrow."""
    if isinstance(value, str):
        return str(Path.home()) not in value and sys.prefix not in value and tempfile.gettempdir() not in value
    return not isinstance(value, float) or value < 1e9  # a time


def signature(code: Any) -> str:
    """Give a signature as text without annotations, which name what is not at hand; empty: it has none."""
    try:
        found = inspect.signature(code)
    except (TypeError, ValueError):
        return ""
    plain = [
        parameter.replace(annotation=parameter.empty, default=default_of(parameter.default))
        for parameter in found.parameters.values()
    ]
    return str(inspect.Signature(plain))


def default_of(default: Any) -> Any:
    """Give a default that can be shown anywhere."""
    is_plain = default is inspect.Parameter.empty or (type(default) in _PLAIN and repr(default) not in ("inf", "nan"))
    return default if is_plain else ...


def files_of(modules: dict[str, Names]) -> dict[str, str]:
    """Give the manifest's files: one for each library, in which each module has a line."""
    lines: dict[str, list[str]] = {}
    for name in sorted(modules):
        line = f"{name}\t{json.dumps(modules[name], separators=(',', ':'), sort_keys=True)}\n"
        lines.setdefault(name.split(".")[1], []).append(line)
    return {f"{library}.txt": "".join(found) for library, found in lines.items()}


def main() -> None:
    """Write or compare."""
    manifest = Manifest()
    for name in public_modules():
        manifest.add_module(name)
    manifest.add_errors()
    files = {f"ray_client_libraries/manifest/{name}": text for name, text in files_of(manifest.modules).items()}
    files |= library_stubs.files_of(manifest.modules, filter(_WITH_STUBS.fullmatch, list(manifest.modules)))
    there = {
        str(path.relative_to(OUTPUT)): path
        for top in ("ray_client_libraries/manifest", "ray_client-stubs", "ray-stubs")
        for path in (OUTPUT / top).rglob("*.*")
    }
    if "--check" in sys.argv:
        differing = [name for name in sorted({*files, *there}) if name not in files or name not in there]
        differing += [name for name, path in there.items() if name in files and files[name] != path.read_text()]
        if differing:
            sys.exit(f"`nox -s library-names` gives others: {', '.join(differing[:20])}")
        return
    for path in there.values():
        path.unlink()
    for name, text in files.items():
        (OUTPUT / name).parent.mkdir(parents=True, exist_ok=True)
        (OUTPUT / name).write_text(text)
    print(f"{len(manifest.modules)} modules, {sum(map(len, files.values()))} bytes")


if __name__ == "__main__":
    main()
