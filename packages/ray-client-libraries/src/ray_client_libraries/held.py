"""Objects of the libraries here: each lives in a session's driver, or is a recipe that a driver will carry out.

An instance of a library's class, or of a class that the user derives from one, holds nothing but where it is. What is
asked of it is done there, on the thread of the driver that belongs to the one here (docs/protocol.md, X1 to X6).
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
import inspect
import sys
import threading
import weakref
from abc import ABCMeta
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from ray_client.cluster_only import LibraryValue
from ray_client.errors import WrongSessionError
from ray_client.handles import current
from ray_client.tracebacks import shorten_all
from ray_client_libraries.manifest import entries
from ray_client_libraries.places import Description, Place, Recipe, call, session_of
from ray_client_libraries.specials import awaited, forward
from ray_client_proto.wire import tokens

if TYPE_CHECKING:
    from ray_client.session.session import Session  # loads protobuf

#: What only describes is recorded, with a session and without one, and carried out when it is first used: the helpers
#: of a deployment may be defined below it.
_DESCRIBING: Final = {
    "ray.serve.deployment:Deployment": {
        "bind": "ray.serve.deployment:Application",
        "options": "ray.serve.deployment:Deployment",
    }
}


_OURS: Final = frozenset(("ray_client", "ray_client_libraries"))


class Special(LibraryValue):
    """A special method of a class of the user's: in the driver it is as written, and called here it is done there."""

    #: What makes the class itself, and what only pickling asks for.
    _NOT: Final = frozenset(
        ("__new__", "__init__", "__init_subclass__", "__class_getitem__", "__post_init__", "__getstate__")
    )

    def __init__(self, name: str, original: Any) -> None:
        self._name, self._original = name, original
        self.__doc__, self.__isabstractmethod__ = original.__doc__, getattr(original, "__isabstractmethod__", False)

    @classmethod
    def is_for(cls, name: str, value: Any) -> bool:
        """Tell whether a name of a class is such a method."""
        is_special = name.startswith("__") and name.endswith("__") and name not in cls._NOT
        return is_special and isinstance(value, FunctionType) and value.__module__.partition(".")[0] not in _OURS

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self._original
        if self._name == "__getattr__":  # the driver has called it, and there is no such attribute
            return functools.partial(_no_attribute, instance)
        if self._name == "__del__":  # the driver's object is the one that has an end
            return lambda: None
        here = vars(Held).get(self._name) if self._name not in ("__eq__", "__hash__") else None
        return (here or forward(self._name)).__get__(instance, owner)

    def token_in(self, session: Session) -> tuple[Any, ...]:
        return copy.copy, (self._original,)  # of a function, that is itself


def _no_attribute(held: Any, name: str) -> Any:
    raise AttributeError(f"{type(held).__qualname__!r} object has no attribute {name!r}")


#: The latest class of each name, also of those that no module has: made in functions, and by `exec`. A pickle leaves
#: out in which function.
_named_here: weakref.WeakValueDictionary[str, LibraryType] = weakref.WeakValueDictionary()


class Here:
    """What a class does here and not in the driver; this is for most of them."""

    module = ""  #: whose functions are methods that run here

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give the arguments of the class as the driver is to get them."""
        return args, kwargs

    def check(self, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Refuse arguments of what is only described, as its initializer would; most say nothing of theirs.

        Raises:
            TypeError: there are too many, or one of a name that there is not.
        """

    def described(self, held: Held, place: Recipe, name: str) -> Any:
        """Give an attribute of what is only described, without a session.

        Raises:
            KeyError: nothing is known of it.
        """
        return place.changes[name] if name in place.changes else place.arguments()[name]

    def shown(self, held: Held, place: Recipe, show: Callable[[Any], str]) -> str:
        """Give the text of what is only described; empty: it has none of its own."""
        return ""

    def attributes(self, held: Held) -> dict[str, Any]:
        """Give what `vars` gives.

        Raises:
            AttributeError: it is only described, and nothing is known of it.
        """
        if isinstance(held._place, Recipe) and current.find_session() is None:
            raise AttributeError("__dict__")
        found: dict[str, Any] = call(session_of(held), vars, held)
        return found


#: Attributes of classes that the driver is being asked for, each with the thread that asks.
_asked_for: Final[set[tuple[int, LibraryType, str]]] = set()


class LibraryType(ABCMeta):
    """The type of classes of the libraries, and of those derived from them: to call one makes an instance there."""

    ray_here = Here()

    def __new__(cls, name: str, bases: tuple[type, ...], names: dict[str, Any], **options: Any) -> LibraryType:
        own = {key: Special(key, value) for key, value in names.items() if Special.is_for(key, value)}
        return super().__new__(cls, name, bases, names | own, **options)

    def __init__(cls, name: str, bases: tuple[type, ...], names: dict[str, Any], **options: Any) -> None:
        super().__init__(name, bases, names)
        _named_here[f"{cls.__module__}:{name}"] = cls

    def __call__(cls, /, *args: Any, **kwargs: Any) -> Any:
        session = current.find_session()
        args, kwargs = cls.ray_here.arguments(args, kwargs)
        if session is None:
            cls.ray_here.check(cls, args, kwargs)
            return hold(cls, Recipe(cls, args, kwargs))
        made = call(session, cls, *args, **kwargs)
        is_same = (type(made).__module__, type(made).__name__) == (cls.__module__, cls.__name__)
        # A function that makes classes may since have made another of that name.
        return hold(cls, made._place) if is_same and isinstance(made, Held) and type(made) is not cls else made

    def __getattr__(cls, name: str) -> Any:
        """Ask the driver for what the class has of a package that need not be here, such as pydantic."""
        session = current.find_session()
        is_of_library = any("ray_name" in vars(base) for base in cls.__mro__)
        is_here = any(name in vars(base) for base in cls.__mro__)  # `help` calls this for such too
        if session is None or name.startswith("_") or is_here or not is_of_library:
            raise AttributeError(f"type object {cls.__qualname__!r} has no attribute {name!r}")
        asked_for = threading.get_ident(), cls, name
        if asked_for in _asked_for:  # the answer is by its name again: a class inside the class
            found = importlib.import_module("ray_client_libraries.names").ask_for_nested(session, cls, name)
            setattr(cls, name, found)
            return found
        _asked_for.add(asked_for)
        try:
            return call(session, getattr, cls, name)
        finally:
            _asked_for.discard(asked_for)

    @property
    def __signature__(cls) -> inspect.Signature:
        """How it is called: as its own initializer, or as the real class."""
        for base in cls.__mro__:
            if isinstance(own := vars(base).get("__init__"), FunctionType):
                signature = inspect.signature(own)
                return signature.replace(parameters=list(signature.parameters.values())[1:])
            if (made := vars(base).get("ray_signature")) is not None:
                return parsed(made)
        raise AttributeError("__signature__")

    def class_given_by(cls, method: str) -> str:
        """Name the class of what a method gives that only describes; empty: it does something, or is not known."""
        found = (vars(base).get("ray_gives", {}).get(method) for base in cls.__mro__)
        return next(filter(None, found), "")

    def method_named(cls, name: str) -> Method:
        """Give a method of the class itself."""
        return Method(cls, name)

    def __repr__(cls) -> str:
        name = vars(cls).get("ray_name")
        return super().__repr__() if name is None else f"<class {'.'.join(name)!r}>"


class Held(LibraryValue, metaclass=LibraryType):
    """What lives in a driver, or will."""

    __slots__ = ("__weakref__", "_place")

    def __init_subclass__(cls, **options: Any) -> None:
        """Take what the real base takes."""

    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    def __getattribute__(self, name: str) -> Any:
        if name == "__dict__":  # what `vars` asks for
            return type(self).ray_here.attributes(self)
        if (name.startswith("__") and name.endswith("__")) or name in _OWN:
            return object.__getattribute__(self, name)
        found = inspect.getattr_static(type(self), name, _NONE)
        place = object.__getattribute__(self, "_place")
        if name.startswith(("_repr_", "_ipython_")):  # a notebook that shows it looks for these
            return _way_to_show(
                *(self, name, found is not _NONE and isinstance(place, Place) and place.session.is_open)
            )
        if isinstance(found, (FunctionType, staticmethod, classmethod)):
            is_of_here = getattr(found, "__wrapped__", found).__module__ == type(self).ray_here.module
            return object.__getattribute__(self, name) if is_of_here else Method(self, name)
        if isinstance(place, Recipe) and current.find_session() is None:
            with contextlib.suppress(KeyError):
                return type(self).ray_here.described(self, place, name)
        if found is _NONE and isinstance(place, Description):
            # Pickling a class that is decorated looks for its methods in what its name gives, and means the class.
            raise AttributeError(f"{type(self).__qualname__!r} has no attribute {name!r} before it is made")
        return call(session_of(self), getattr, self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        place = self._place
        if isinstance(place, Recipe):
            place.changes[name] = value
            place.add("__setattr__", (name, value), {})
        else:
            call(place.session, setattr, self, name, value)

    def __delattr__(self, name: str) -> None:
        call(session_of(self), delattr, self, name)

    def method_named(self, name: str) -> Method:
        """Give a method without asking whether there is one."""
        return Method(self, name)

    def token_in(self, session: Session) -> tuple[Any, ...]:
        """Give what stands for this in a pickle for a session, where a recipe is carried out before (T15).

        Raises:
            WrongSessionError: it lives in another one.
            BaseException: what carrying out the recipe raised.
        """
        place = self._place
        if isinstance(place, Recipe):
            return place.token_in(session)
        if place.session is not session:
            raise WrongSessionError(f"this {type(self).__qualname__}", place.session.id, session.id)
        return tokens.library_object, (place.object_id, (), ())

    def __repr__(self) -> str:
        return self._shown(repr)

    def __str__(self) -> str:
        return self._shown(str)

    def _shown(self, show: Callable[[Any], str]) -> str:
        """Give a text of what lives in a driver; of a recipe one of our own, since whoever pickles it may ask."""
        place = self._place
        if isinstance(place, Recipe):
            shown = type(self).ray_here.shown(self, place, show)
            return shown or f"<{type(self).__qualname__} as described at {place.site}>"
        if not place.session.is_open:
            return f"<{type(self).__qualname__} of the session {place.session.id}, which has ended>"
        return str(call(place.session, show, self))

    def __dir__(self) -> list[str]:
        """Give what completion offers: of a class that is known here, nobody is asked."""
        names, place = dir(type(self)), self._place
        is_known = any("ray_name" in vars(base) for base in type(self).__mro__)
        if not is_known and isinstance(place, Place) and place.session.is_open:
            names += call(place.session, dir, self)
        return [name for name in names if name not in _OWN and not name.startswith("ray_")]

    def __eq__(self, other: object) -> Any:
        if self is other:
            return True
        one = self._place
        another = other._place if isinstance(other, Held) else None
        if isinstance(one, Place) and isinstance(another, Place):
            return one.session is another.session and one.object_id == another.object_id
        return NotImplemented

    def __hash__(self) -> int:
        place = self._place
        return hash((id(place.session), place.object_id)) if isinstance(place, Place) else object.__hash__(self)

    def __copy__(self) -> Any:
        place = self._place
        if isinstance(place, Recipe) and current.find_session() is None:
            return hold(type(self), place.copied(copy.copy))
        return call(session_of(self), copy.copy, self)

    def __deepcopy__(self, memo: Any) -> Any:
        place = self._place
        if isinstance(place, Recipe) and current.find_session() is None:
            return hold(type(self), place.copied(lambda value: copy.deepcopy(value, memo)))
        return call(session_of(self), copy.deepcopy, self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(f"this {type(self).__qualname__} lives in the driver of a session, and cannot be pickled here")


_NONE: Final = object()  #: stands for no attribute, since None may be one


def _way_to_show(held: Held, name: str, is_there: bool) -> Callable[..., Any]:
    """Give what shows an object in a notebook; what would show it in the driver itself is not for us.

    Raises:
        AttributeError: it shows itself by its text alone.
    """
    if not is_there or name.startswith("_ipython_"):
        raise AttributeError(name)

    def show(**options: Any) -> Any:
        shown = Method(held, name)(**options)
        if name == "_repr_mimebundle_" and isinstance(shown, dict):  # widgets belong to the driver's process
            return {kind: content for kind, content in shown.items() if "widget" not in kind}
        return shown

    return show


#: What is looked up here, and not in the driver.
_OWN: Final = frozenset(("_place", "_shown", "_decorator", "method_named", "token_in"))


class Method(LibraryValue):
    """A method of an object in the driver."""

    def __init__(self, target: Any, name: str) -> None:
        self.__self__, self.__name__ = target, name

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]  # of each its own
        """What the manifest says of it, or else the driver."""
        target = self.__self__
        place = getattr(target, "_place", None) if isinstance(target, Held) else None
        if isinstance(place, Place) and place.session.is_open:
            found: str | None = call(place.session, inspect.getdoc, self)
            return found
        return getattr(inspect.getattr_static(type(target), self.__name__, None), "__doc__", None)

    @property
    def __signature__(self) -> inspect.Signature | None:
        method = inspect.getattr_static(type(self.__self__), self.__name__, None)
        found: inspect.Signature | None = getattr(method, "__signature__", None)
        return found and found.replace(parameters=list(found.parameters.values())[1:])

    @property
    def _is_fluent(self) -> bool:
        """Whether it gives the object that it is a method of."""
        return hasattr(inspect.getattr_static(type(self.__self__), self.__name__, None), "is_fluent")

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        target = self.__self__
        if isinstance(target, LibraryType):
            session = current.current_session(f"{target.__qualname__}.{self.__name__}()")
            return call(session, self.__name__, target, *args, **kwargs)
        kind = ":".join(getattr(type(target), "ray_name", ()))
        if self.__name__ in _DESCRIBING.get(kind, ()):
            return hold(class_named(_DESCRIBING[kind][self.__name__]), Description(self, args, kwargs))
        place = getattr(target, "_place", None)
        if isinstance(place, Recipe):
            if self._is_fluent:
                place.add(self.__name__, args, kwargs)
                return target
            if current.find_session() is None and (described := type(target).class_given_by(self.__name__)):
                return hold(class_named(described), Recipe(self, args, kwargs))
        if isinstance(place, Place):
            if place.items is not None:  # it is iterated
                place.let_go(self.__name__)
            return call(place.session, self.__name__, place, *args, **kwargs)
        return call(session_of(target), self.__name__, target, *args, **kwargs)

    def method_named(self, name: str) -> Any:
        """Give an attribute of the method itself."""
        return getattr(self, name)

    def token_in(self, session: Session) -> tuple[Any, ...]:
        return tokens.library_method, (self.__self__, self.__name__)

    def __repr__(self) -> str:
        return f"<method {self.__name__!r} of {type(self.__self__).__qualname__} in the driver>"


class Decorator(Held):
    """What a decorator with arguments gives: to call it records that too."""

    __slots__ = ()

    @property
    def _decorator(self) -> tuple[str, ...]:
        """The module and the name of the decorator."""
        place = self._place
        return tuple(place.function.ray_name) if isinstance(place, Recipe) else ()

    def __call__(self, decorated: Any) -> Any:
        is_deployment = self._decorator == ("ray.serve.api", "deployment")
        kind = class_named("ray.serve.deployment:Deployment") if is_deployment else Held
        return hold(kind, Description(self, (decorated,), {}))


def parsed(text: str) -> inspect.Signature:
    """Give the signature that a text shows; its defaults are literals."""
    scope: dict[str, Any] = {}
    exec(f"def shown{text}: ...", {}, scope)
    return inspect.signature(scope["shown"])


#: What stands here for an object of a driver: one thing as long as it lives, so that `is` tells what it tells there.
_standing: weakref.WeakValueDictionary[tuple[Session, int], Held] = weakref.WeakValueDictionary()


def hold(cls: type, place: Place | Recipe) -> Any:
    """Give an instance that is there, or will be made there."""
    held: Any = object.__new__(cls)
    object.__setattr__(held, "_place", place)
    if isinstance(place, Place):
        _standing[place.session, place.object_id] = held
    return held


def of(session: Session, object_id: int, classes: tuple[str, ...], specials: tuple[str, ...]) -> Any:
    """Give what stands for an object of the driver's (T15); its class and that one's bases are named."""
    cls, held = _class_of(classes, specials), _standing.get((session, object_id))
    has_learned = type(held) is _made.get(classes) is not cls  # the class has been asked for since
    if held is None or has_learned:
        held = hold(cls, Place(session, object_id))
    else:
        session.release(object_id)  # it has a count already
    if classes[0] == "builtins:coroutine":
        return awaited(session, None, held)  # one of this process's, which is what event loops run
    return held


def class_named(name: str) -> Any:
    """Give a class of a library by `module:name`."""
    module, _, own = name.partition(":")
    return getattr(importlib.import_module(f"ray_client{module[len('ray') :]}"), own)


_made: dict[tuple[str, ...], type] = {}


def _class_of(classes: tuple[str, ...], specials: tuple[str, ...]) -> type:
    """Give the class here for one of the driver's: the same, or one derived from those of its bases that are here."""
    same = _known(classes[0]) if classes else None
    if same is not None:  # also one that was asked for since the first such object came
        return same
    made = _made.get(classes)
    if made is None:
        base = next((known for name in classes if (known := _known(name)) is not None), Held)
        missing = {name: forward(name) for name in specials if _lacks(base, name)}
        module, _, name = classes[0].partition(":")
        missing.setdefault("__hash__", base.__hash__)  # Python would have none beside an `__eq__`
        names = {"__module__": module, "__qualname__": name, "__slots__": (), **missing}
        made = LibraryType(name.rpartition(".")[2], (base,), names)
        _made[classes] = made
    return made


def _lacks(cls: type, special: str) -> bool:
    """Tell whether a class has not a special method of its own; what its metaclass has is another."""
    owner = next((base for base in cls.__mro__ if special in vars(base)), object)
    return owner in (object, Held)  # which compares places, where the driver's class says nothing of it


def _known(name: str) -> type | None:
    """Give a class that is here: of a library, or of the user's that is derived from one.

    Nobody is asked for it: the answer could hold an instance, and so on.
    """
    module, _, own = name.partition(":")
    found: Any
    if module == "ray" or module.startswith("ray."):
        here = f"ray_client{module[len('ray') :]}"
        # The driver is not asked: a value is being read.
        is_there = own in (entries(here) or ()) or own in vars(sys.modules.get(here, object))
        found = class_named(name) if is_there else None
    else:
        found = _named_here.get(f"{module}:{own.rpartition('.')[2]}")
    return found if isinstance(found, LibraryType) else None


shorten_all(globals())
