"""Errors that leave the package show the program's frames, and none of ours."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import pkgutil
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

import ray_client
from ray_client import tracebacks
from ray_client.errors import NotConnectedError
from ray_client.util import ActorPool

#: A module that is ours by the name of its file.
SOURCE = '''
import asyncio, json, warnings
from ray_client import tracebacks

def fail(error):
    _fail(error)

def _fail(error):
    raise error

def fail_inside(error, inner):
    try:
        _fail(inner)
    except BaseException as caught:
        raise error from caught

def fail_meanwhile(error, inner):
    try:
        _fail(inner)
    except BaseException:
        raise error

def fail_twice_inside(error, first, second):
    try:
        fail_inside(first, second)
    except BaseException as caught:
        raise error from caught

def call_back(function):
    return function()

def load(text, hook):
    return json.loads(text, object_hook=hook)

async def fail_later(error):
    await asyncio.sleep(0)
    _fail(error)

def give(*values, error):
    yield from values
    _fail(error)

def give_later():
    @tracebacks.shortening
    def inner():
        yield 1
        raise ValueError
    return inner()

def warn():
    _warn()

def _warn():
    warnings.warn("a warning", stacklevel=tracebacks.users_stacklevel())

def quick(error):
    try:
        _fail(error)
    except BaseException as caught:
        tracebacks.shorten(caught)
        raise

class Thing:
    def __init__(self, error=None):
        if error is not None:
            raise error

    def fail(self, error):
        raise error

    @classmethod
    def fail_of_class(cls, error):
        raise error

    @staticmethod
    def fail_of_none(error):
        raise error

    @property
    def failing(self):
        """What fails."""
        raise LookupError

    def __getattr__(self, name):
        raise AttributeError(name)

    def left_alone(self, error):
        raise error

def __getattr__(name):
    raise AttributeError(name)

tracebacks.shorten_all(globals(), but={"left_alone"})
'''
#: Python 3.10 keeps the frame in which an error was caught.
KEEPS_ONE = sys.version_info < (3, 11)


@pytest.fixture(autouse=True)
def no_debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_CLIENT_DEBUG", raising=False)


@pytest.fixture(scope="module")
def ours() -> Any:
    module = ModuleType("ray_client.ours")
    exec(compile(SOURCE, str(Path(tracebacks.__file__).parent / "ours.py"), "exec"), vars(module))
    return module


def raised(call: Callable[[], object]) -> BaseException:
    try:
        call()
    except BaseException as error:  # noqa: BLE001 - whatever the situation raises
        return error
    raise AssertionError("nothing was raised")


def names(error: BaseException) -> list[str]:
    """Give the functions of a traceback, from the one that `raised` called on."""
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)][1:]


def ends_here(error: BaseException) -> bool:
    """Whether a traceback ends in the lambda that was called."""
    return names(error)[0] == "<lambda>" and len(names(error)) == 1 + KEEPS_ONE


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt])
def test_none_of_our_frames_is_shown(ours: Any, kind: type[BaseException]) -> None:
    assert ends_here(raised(lambda: ours.fail(kind())))
    assert ends_here(raised(lambda: ours.quick(kind())))
    assert ends_here(raised(lambda: list(ours.give(1, error=kind()))))
    assert ends_here(raised(lambda: ours.Thing(kind())))
    assert ends_here(raised(lambda: ours.Thing().fail(kind())))
    assert ends_here(raised(lambda: ours.Thing.fail_of_class(kind())))
    assert ends_here(raised(lambda: ours.Thing.fail_of_none(kind())))


def test_nor_of_what_python_calls(ours: Any) -> None:
    assert ends_here(raised(lambda: ours.Thing().failing))
    assert ends_here(raised(lambda: ours.Thing().nothing))
    assert ends_here(raised(lambda: ours.nothing))
    assert ends_here(raised(lambda: list(ours.give_later())))
    assert names(raised(lambda: ours.Thing().left_alone(ValueError()))) == ["<lambda>", "left_alone"]


def test_coroutines(ours: Any) -> None:
    async def program() -> None:
        await ours.fail_later(ValueError())

    assert names(raised(lambda: asyncio.run(program())))[-1 - KEEPS_ONE] == "program"
    assert inspect.iscoroutinefunction(ours.fail_later)
    assert inspect.isgeneratorfunction(ours.give)


def test_what_it_is_stays_to_be_seen(ours: Any) -> None:
    assert str(inspect.signature(ours.give)) == "(*values, error)"
    assert (ours.fail.__module__, ours.fail.__qualname__) == ("ray_client.ours", "fail")
    assert ours.Thing.failing.__doc__ == "What fails."


def test_the_program_s_own_functions_are_shown_where_we_call_them(ours: Any) -> None:
    def of_the_program(*_: object) -> None:
        json.loads("{")

    shown = names(raised(lambda: ours.call_back(of_the_program)))
    at = shown.index("of_the_program")
    assert shown[:at] == ["<lambda>"] + ["call"] * KEEPS_ONE
    assert shown[at + 1 :] == ["loads", "decode", "raw_decode"]  # called by the program, so its business
    shown = names(raised(lambda: ours.load("{}", of_the_program)))
    assert shown[1 + KEEPS_ONE] == "of_the_program"  # and not those of `json`, which we called


def test_what_went_wrong_inside_is_not_told(ours: Any) -> None:
    for call in (
        lambda: ours.fail_inside(ValueError(), TypeError()),
        lambda: ours.fail_meanwhile(ValueError(), TypeError()),
        lambda: ours.fail_twice_inside(ValueError(), TypeError(), KeyError()),
    ):
        error = raised(call)
        assert ends_here(error)
        assert "".join(traceback.format_exception(error)).count("Traceback") == 1


def test_causes_of_the_program_are_told(ours: Any) -> None:
    def of_the_program() -> None:
        raise TypeError

    cause = raised(of_the_program)
    error = raised(lambda: ours.fail_inside(ValueError(), cause))
    assert error.__cause__ is cause
    assert names(cause)[-1] == "of_the_program"
    error = raised(lambda: ours.fail_twice_inside(ValueError(), KeyError(), cause))
    assert (error.__cause__, error.__context__, error.__suppress_context__) == (None, cause, False)
    not_raised = TypeError("of a task")
    not_raised.__cause__ = KeyError("of the same")
    assert raised(lambda: ours.fail(not_raised)).__cause__ is not_raised.__cause__


def test_what_the_program_was_handling_is_told(ours: Any) -> None:
    def program() -> None:
        try:
            raise KeyError
        except KeyError:
            ours.fail_inside(ValueError(), TypeError())

    error = raised(program)
    assert isinstance(error.__context__, KeyError)
    assert not error.__suppress_context__
    assert error.__cause__ is None


def test_a_circle_of_causes_ends(ours: Any) -> None:
    def program() -> None:
        first, second = TypeError(), KeyError()
        first.__context__, second.__context__ = second, first
        ours.fail(first)

    assert names(raised(program))[0] == "program"


def test_all_is_shown_when_asked_for(ours: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_CLIENT_DEBUG", "1")
    error = raised(lambda: ours.fail_inside(ValueError(), TypeError()))
    assert names(error) == ["<lambda>", "call", "fail_inside"]
    assert isinstance(error.__cause__, TypeError)


def test_an_error_that_is_raised_again_begins_anew() -> None:
    kept = NotConnectedError("get()")
    kept.__cause__ = KeyError()

    def fail() -> None:
        raise tracebacks.fresh(kept)

    first, second = raised(fail), raised(fail)
    assert names(first) == names(second) == ["fail"]
    assert kept.__traceback__ is None
    assert (str(first), first.__cause__) == (str(kept), kept.__cause__)


def test_a_warning_names_the_program_s_line(ours: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ours.warn()
    assert Path(caught[0].filename).name == Path(__file__).name


def test_the_package_itself() -> None:
    with pytest.raises(NotConnectedError) as caught:
        ray_client.get([])
    assert len([entry for entry in caught.traceback if "ray_client" in entry.path.parts]) == KEEPS_ONE
    assert ends_here(raised(lambda: ray_client.nothing_of_that_name))

    def wrong(_actor: object, _value: object) -> None:
        raise ZeroDivisionError

    assert "wrong" in names(raised(lambda: list(ActorPool([object()]).map(wrong, [1]))))


#: The modules that Ray has too, and those whose objects they give.
PUBLIC = ("actor", "dag", "experimental", "handles", "runtime_context", "runtime_env", "types", "util")


def public_functions() -> dict[str, FunctionType]:
    """Give every function and method that programs call, by name."""
    found: dict[str, FunctionType] = {}
    names = [info.name for info in pkgutil.walk_packages(ray_client.__path__, "ray_client.")]
    for module in [ray_client, *(importlib.import_module(name) for name in names if name.split(".")[1] in PUBLIC)]:
        for thing in (getattr(module, name) for name in getattr(module, "__all__", ())):
            where = f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"
            if not where.startswith("ray_client."):
                continue
            if isinstance(thing, FunctionType):
                found[where] = thing
            elif inspect.isclass(thing) and not issubclass(thing, tuple | BaseException):
                methods = {name: value for name, value in vars(thing).items() if isinstance(value, FunctionType)}
                found.update({f"{where}.{name}": value for name, value in methods.items() if not name.startswith("_")})
    return found


def test_every_public_function_is_covered() -> None:
    functions = public_functions()
    assert len(functions) > 100
    left = [
        name
        for name, function in functions.items()
        if not hasattr(function, "__wrapped__") and "shorten" not in function.__code__.co_names
    ]
    assert left == [], "call shorten_all(globals()) at the end of their modules"
