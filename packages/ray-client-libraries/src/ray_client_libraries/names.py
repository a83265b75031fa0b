"""What stands here for a class, a function or a value of a library, made of what the manifest says of it."""

from __future__ import annotations

import builtins
import enum
import functools
import importlib
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from ray_client.handles import current
from ray_client.tracebacks import shortening
from ray_client_libraries import dataclass_fields, files, jobs
from ray_client_libraries.held import Decorator, Held, Here, LibraryType, Method, class_named, hold, parsed
from ray_client_libraries.places import Description, Recipe, call
from ray_client_libraries.specials import forward
from ray_client_proto.wire.ray_modules import is_cluster_only

if TYPE_CHECKING:
    from ray_client.session.session import Session  # loads protobuf

#: Decorators: what they give is recorded in any case, and its class, where that is known, is here.
_DECORATORS: Final = {
    ("ray.serve.api", "deployment"): "ray.serve.deployment:Deployment",
    ("ray.serve.api", "ingress"): "",
    ("ray.serve.batching", "batch"): "",
    ("ray.serve.api", "multiplexed"): "",
}
#: What objects of these classes have here, and not in the driver.
_HERE: Final[dict[tuple[str, str], tuple[type, Here]]] = {
    ("ray.train", "Checkpoint"): (files.HasFiles, files.OfFiles()),
    ("ray.dashboard.modules.job.sdk", "JobSubmissionClient"): (jobs.SubmitsJobs, jobs.OfJobs()),
}
#: Special methods that are Python's own affair, or that each such object has here.
_NOT_FORWARDED: Final = (
    *(
        "__class_getitem__",
        "__copy__",
        "__deepcopy__",
        "__del__",
        "__delattr__",
        "__dir__",
        "__format__",
        "__getattr__",
    ),
    *("__getattribute__", "__getnewargs__", "__getnewargs_ex__", "__getstate__", "__init__", "__init_subclass__"),
    *("__new__", "__post_init__", "__reduce__", "__reduce_ex__", "__replace__", "__repr__", "__setattr__"),
    *("__setstate__", "__sizeof__", "__str__", "__subclasshook__"),
)
#: Special methods that a class which the manifest lacks may have.
_LIKELY: Final = frozenset(
    [*dir(int), *dir(list), *dir(dict), "__call__", "__aiter__", "__anext__", "__await__", "__next__"]
)


def make(module: str, name: str, entry: dict[str, Any]) -> Any:
    """Give what stands for a name of a module of Ray's."""
    kind = entry["k"]
    if kind == "value":
        return entry["v"]
    if kind == "alias":  # for annotations alone
        return Any
    if kind == "object":
        return hold(Held, Recipe(getattr, (importlib.import_module(_here(module)), name), {}))
    if kind == "function":
        return _function(module, name, entry)
    made: Any
    if kind == "enum":
        made = _enum(module, name, entry)
        for method, signature in entry.get("m", {}).items():
            setattr(made, method, _method_of_enum(module, f"{name}.{method}", signature))
    elif kind == "error":
        own = {"__module__": _here(module), "__qualname__": name, "__doc__": entry["d"]}
        made = type(name.rpartition(".")[2], _error_bases(entry), own)
        if "__str__" in entry.get("s", ()):
            made.__str__ = lambda self: vars(self).get("ray_text") or super(made, self).__str__()
    else:
        made = _class(module, name, entry)
    made.ray_name = module, name
    for inner, described in entry.get("n", {}).items():
        setattr(made, inner, make(module, f"{name}.{inner}", described))
    return made


def ask(session: Session, function: Callable[..., Any], *args: Any) -> Held:
    """Call a function in the driver; whatever it gives stays there."""
    from ray_client_proto import library  # loads protobuf

    found: Held = library.Call(session, function, args, {}, library.HOLD).result()
    return found


def ask_for(session: Session, module: str, name: str) -> Any:
    """Give what stands for a name that the manifest lacks, of what the driver says; raises as `getattr` there."""
    place = importlib.import_module(module), name
    there = ask(session, getattr, *place)
    kind = type(there).__name__
    if kind == "module":
        return importlib.import_module(f"{module}.{name}")
    is_class = call(session, isinstance, there, type)
    if not is_class and kind != "function":
        return call(session, getattr, *place)
    home, own = (call(session, getattr, there, fact) for fact in ("__module__", "__qualname__"))
    if not is_cluster_only(home) or not own.isidentifier():
        home, own = f"ray{module[len('ray_client') :]}", name
    entry = {"k": "function", "g": "", "d": call(session, inspect.getdoc, there) or ""}
    made = make(home, own, entry | (_facts(session, there) if is_class else {}))
    # Where it is defined it has to be found too, when an object of its kind comes.
    return vars(importlib.import_module(_here(home))).setdefault(own, made)


def ask_for_nested(session: Session, cls: LibraryType, name: str) -> Any:
    """Give what stands for a class inside a class, which the manifest lacks."""
    module = f"ray{cls.__module__[len('ray_client') :]}"
    facts = _facts(session, ask(session, getattr, cls, name))
    return make(module, f"{cls.__qualname__}.{name}", {"d": "", **facts})


def _facts(session: Session, cls: Held) -> dict[str, Any]:
    """Give of a class in the driver what the manifest would say."""
    if call(session, issubclass, cls, enum.Enum):
        names = call(session, list, ask(session, getattr, cls, "__members__"))
        values = [[name, call(session, getattr, ask(session, getattr, cls, name), "value")] for name in names]
        kind = next((kind.__name__ for kind in (str, int) if call(session, issubclass, cls, kind)), "")
        return {"k": "enum", "v": values, "x": kind}
    members = [member for member in call(session, dir, cls) if member not in dir(object)]
    public = [member for member in members if not member.startswith("_")]
    are_methods = call(session, list, map(callable, map(functools.partial(getattr, cls), public)))
    return {
        "k": "error" if call(session, issubclass, cls, BaseException) else "class",
        "m": {member: "" for member, is_method in zip(public, are_methods, strict=True) if is_method},
        "p": [member for member, is_method in zip(public, are_methods, strict=True) if not is_method],
        "s": [member for member in members if member in _LIKELY],
    }


def _here(module: str) -> str:
    return f"ray_client{module[len('ray') :]}"


def _class(module: str, name: str, entry: dict[str, Any]) -> Any:
    """Make a class whose instances live in drivers."""
    bases: list[type] = [base for base in map(class_named, entry.get("b", ())) if isinstance(base, LibraryType)]
    bases = bases or [Held]
    names: dict[str, Any] = {"__module__": _here(module), "__qualname__": name, "__doc__": entry["d"], "__slots__": ()}
    if "g" in entry:
        names["ray_signature"] = entry["g"]
    names["ray_gives"] = entry.get("o", {})
    for special in entry.get("s", ()):
        if special in names["ray_gives"]:
            names[special] = _method(module, f"{name}.{special}", "")
        elif special not in _NOT_FORWARDED:
            names[special] = forward(special)
    docs = entry.get("h", {})
    for method, signature in entry.get("m", {}).items():
        names[method] = _method(module, f"{name}.{method}", signature)
        names[method].__doc__ = docs.get(method)
        if method in entry.get("r", ()):
            names[method].is_fluent = True
    for method, signature in entry.get("t", {}).items():
        static = _static(module, name, method, signature)
        static.__doc__ = docs.get(method)
        names[method] = classmethod(static)
    for attribute in entry.get("p", ()):
        names[attribute] = property(lambda self: None)  # looked up in the driver, see `Held.__getattribute__`
    names.update(entry.get("c", {}))
    if (here := _HERE.get((module, name))) is not None:
        names |= {own: member for own, member in vars(here[0]).items() if not own.startswith("_")}
        bases.insert(0, here[0])
        names["ray_here"] = here[1]
    made: Any = LibraryType(name.rpartition(".")[2], tuple(bases), names)
    made.ray_name = module, name
    if "f" in entry:
        dataclass_fields.add(made, entry)
    return made


def _enum(module: str, name: str, entry: dict[str, Any]) -> Any:
    """Make an enum; its members are texts or numbers too where Ray's are."""
    kind = {"str": str, "int": int}.get(entry["x"])
    # What this Python has not, `StrEnum`, is such a text.
    base: Any = getattr(enum, entry["x"] or "Enum", None) if kind is None else enum.Enum
    if base is None:
        kind, base = str, enum.Enum
    options = {} if kind is None else {"type": kind}
    made = base(name.rpartition(".")[2], entry["v"], module=_here(module), qualname=name, **options)
    if "e" in entry:  # texts of its own, one for each member
        texts = {member: text for (member, _), text in zip(entry["v"], entry["e"], strict=True)}
        made.__str__ = lambda self: texts[self.name]
    return made


def _method(module: str, name: str, signature: str) -> Any:
    """Make a method for completion and `help`, and for calls of the class's own: `Base.method(self)`."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.method_named(method.__name__)(*args, **kwargs)

    return _named(method, module, name, signature)


def _method_of_enum(module: str, name: str, signature: str) -> Any:
    """Make a method of an enum's members: what it does, the driver knows."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return call(current.current_session(f"{module}.{name}()"), Method(self, method.__name__), *args, **kwargs)

    return _named(method, module, name, signature)


def _static(module: str, cls: str, name: str, signature: str) -> Any:
    """Make a static or a class method."""

    def static(owner: Any, *args: Any, **kwargs: Any) -> Any:
        return Method(owner, name)(*args, **kwargs)

    return _named(static, module, f"{cls}.{name}", signature)


def _function(module: str, name: str, entry: dict[str, Any]) -> Any:
    place = module, name
    if "e" in entry:  # it only puts its arguments together
        put_together = eval(f"lambda {entry['g'][1:-1]}: {entry['e']}", {})
        _named(put_together, module, name, entry["g"]).__doc__ = entry["d"]
        put_together.ray_name = place
        return put_together

    @shortening
    def function(*args: Any, **kwargs: Any) -> Any:
        if place in _DECORATORS:
            is_code = len(args) == 1 and (callable(args[0]) or isinstance(args[0], Held))  # a class that is decorated
            is_plain = is_code and place != ("ray.serve.api", "ingress")
            kind = class_named(_DECORATORS[place]) if is_plain and _DECORATORS[place] else Held
            return hold(kind if is_plain else Decorator, Description(function, args, kwargs))
        if "o" in entry and current.find_session() is None:  # it only describes
            return hold(class_named(entry["o"]) if entry["o"] else Held, Recipe(function, args, kwargs))
        return call(current.current_session(f"{module}.{name}()"), function, *args, **kwargs)

    _named(function, module, name, entry["g"]).__doc__ = entry["d"]
    vars(function)["ray_name"] = place
    return function


def _named(function: Any, module: str, name: str, signature: str) -> Any:
    function.__module__, function.__qualname__ = _here(module), name
    function.__name__ = name.rpartition(".")[2]
    if signature:
        function.__signature__ = parsed(signature)
    return function


def _error_bases(entry: dict[str, Any]) -> tuple[type, ...]:
    found = []
    for base in entry.get("b", ()):
        module, _, name = base.partition(":")
        found.append(getattr(builtins, name) if module == "builtins" else class_named(base))
    return tuple(found) or (Exception,)
