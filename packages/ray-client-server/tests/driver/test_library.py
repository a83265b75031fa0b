"""Calls of libraries in the driver, against a small Ray (rules X1 to X6)."""

from __future__ import annotations

import contextlib
import copyreg
import gc
import importlib.metadata
import itertools
import os
import threading
import traceback
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import CallLibrary, InterruptLibrary, Output, Reply
from ray_client_server.driver import library
from ray_client_server.driver.errors import TEXT_CHARACTERS
from ray_client_server.driver.extras import explained
from ray_client_server.driver.iterating import Places
from ray_client_server.driver.library import Held
from ray_client_server.driver.references import Kind, References


@pytest.fixture(autouse=True)
def own_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give back the streams, which the first call replaces."""
    import sys

    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)


def ask(client: Any, driving: Any, function: Any, *args: Any, **fields: Any) -> Reply:
    call = driving.payload((function, args, {}))
    reply: Reply = client.ask(call_library=CallLibrary(call=call, **fields))
    return reply


def count_to(number: int) -> Iterator[int]:
    yield from range(number)


def fail() -> None:
    raise LookupError("none")


def fail_late() -> Iterator[int]:
    yield 1
    raise LookupError("none")


def test_what_a_call_gives_comes_by_value(client: Any, driving: Any) -> None:
    """X1"""
    assert client.value_of(ask(client, driving, divmod, 7, 2).value) == (3, 1)
    assert client.value_of(ask(client, driving, None, {"a": 1}).value) == {"a": 1}
    assert client.value_of(ask(client, driving, "upper", "a").value) == "A"


def test_what_cannot_travel_stays_and_can_be_passed_back(client: Any, driving: Any) -> None:
    """X3, T15"""
    reply = ask(client, driving, threading.Lock, thread=1)
    token = client.value_of(reply.value)
    assert token.name == "library_object"
    [handle_id] = reply.value.counted_ids
    assert token.args[0] == handle_id
    shown = ask(client, driving, repr, driving.Token("library_object", handle_id, (), ()))
    assert client.value_of(shown.value).startswith("<unlocked")


def test_a_method_of_a_librarys_class_is_named_and_not_sent(client: Any, driving: Any) -> None:
    """X3"""
    cls = type("Config", (), {"__module__": "ray.serve.config", "parse": classmethod(lambda cls: 1)})
    reply = ask(client, driving, lambda: cls.parse)
    assert client.value_of(reply.value).name == "library_method"


def test_an_iterator_stays_and_its_items_come_in_bounds(client: Any, driving: Any) -> None:
    """X5"""
    [handle_id] = ask(client, driving, count_to, 3000).value.counted_ids
    iterator = driving.Token("library_object", handle_id, (), ())
    got: list[int] = []
    is_over = False
    while not is_over:
        reply = ask(client, driving, None, iterator, kind=CallLibrary.ITERATE)
        items, is_over, is_fast = client.value_of(reply.value)
        assert len(items) <= 1024
        assert is_fast == (len(items) == 1024)
        got += items
    assert got == list(range(3000))


def test_an_iterator_fails_after_what_it_has_given(client: Any, driving: Any) -> None:
    """X5"""
    [handle_id] = ask(client, driving, fail_late).value.counted_ids
    iterator = driving.Token("library_object", handle_id, (), ())
    assert client.value_of(ask(client, driving, None, iterator, kind=CallLibrary.ITERATE).value) == ([1], False, False)
    assert ask(client, driving, None, iterator, kind=CallLibrary.ITERATE).failure.type_name == "builtins.LookupError"


def test_an_item_does_not_wait_for_the_next_and_calls_may_bring_that_about(client: Any, driving: Any) -> None:
    """X5"""
    reading, writing = os.pipe()

    def read() -> Iterator[bytes]:
        yield b"first"
        yield os.read(reading, 1)

    [handle_id] = ask(client, driving, read).value.counted_ids
    iterator = driving.Token("library_object", handle_id, (), ())
    first, ahead = (driving.payload((None, args, {})) for args in ((iterator,), (iterator, True)))

    def items(call: Any) -> Any:
        return client.value_of(client.ask(call_library=CallLibrary(call=call, kind=CallLibrary.ITERATE)).value)

    assert items(first) == ([b"first"], False, False)
    assert items(ahead) == ([], False, False)
    assert client.value_of(ask(client, driving, os.write, writing, b"x").value) == 1
    assert items(first)[0] == [b"x"]
    os.close(reading)
    os.close(writing)


class Request:
    """Gives numbers until it is cancelled, as a stream of Serve does."""

    def __init__(self) -> None:
        self._is_cancelled = False

    def __iter__(self) -> Request:
        return self

    def __next__(self) -> int:
        if self._is_cancelled:
            raise LookupError("cancelled")
        return 1

    def cancel(self) -> None:
        self._is_cancelled = True


def test_what_came_before_an_iterator_was_ended_is_not_seen(client: Any, driving: Any) -> None:
    """X5"""
    for make, end in ((lambda: count_to(3), "close"), (Request, "cancel")):
        [handle_id] = ask(client, driving, make, kind=CallLibrary.HOLD).value.counted_ids
        iterator = driving.Token("library_object", handle_id, (), ())
        ask(client, driving, None, iterator, kind=CallLibrary.ITERATE)
        ask(client, driving, end, iterator)
        reply = ask(client, driving, None, iterator, kind=CallLibrary.ITERATE)
        if end == "close":
            assert client.value_of(reply.value) == ([], True, False)
        else:
            assert reply.failure.type_name == "builtins.LookupError"


at_it, closed = threading.Event(), threading.Event()


def read_second(reading: int) -> Iterator[bytes]:
    try:
        yield b"first"
        at_it.set()
        yield os.read(reading, 1)
    except GeneratorExit:
        closed.set()


def test_a_generator_is_closed_when_it_has_given_what_it_is_at(client: Any, driving: Any) -> None:
    """X5"""
    reading, writing = os.pipe()
    [handle_id] = ask(client, driving, read_second, reading).value.counted_ids
    iterator = driving.Token("library_object", handle_id, (), ())
    ask(client, driving, None, iterator, kind=CallLibrary.ITERATE)
    assert at_it.wait(10)
    client.begin(call_library=CallLibrary(call=driving.payload(("close", (iterator,), {}))))
    os.write(writing, b"x")
    reply = client.replies.get(timeout=10)
    assert not reply.HasField("failure") and closed.is_set()
    os.close(reading)
    os.close(writing)


began, ended = threading.Event(), threading.Event()


def read_one(reading: int) -> Iterator[bytes]:
    try:
        began.set()
        yield os.read(reading, 1)
    finally:
        ended.set()


def test_an_interrupt_ends_the_wait_for_an_item_and_the_iterator(client: Any, driving: Any) -> None:
    """X4, X5"""
    reading, writing = os.pipe()
    [handle_id] = ask(client, driving, read_one, reading).value.counted_ids
    iterator = driving.payload((None, (driving.Token("library_object", handle_id, (), ()),), {}))
    request_id = client.begin(call_library=CallLibrary(call=iterator, kind=CallLibrary.ITERATE))
    assert began.wait(10)
    client.do(interrupt_library=InterruptLibrary(request_id=request_id))
    assert client.replies.get(timeout=10).failure.type_name == "builtins.KeyboardInterrupt"
    os.write(writing, b"x")  # a thread takes it between two steps of Python
    assert ended.wait(10)
    reply = client.ask(call_library=CallLibrary(call=iterator, kind=CallLibrary.ITERATE))
    assert client.value_of(reply.value) == ([], True, False)
    os.close(reading)
    os.close(writing)


def test_iterations_under_way_are_bounded(client: Any, driving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """X5"""
    monkeypatch.setattr(client.holdings.library, "_places", places := Places())
    for _ in range(999):
        places.take()
    for expected in (Failure.CODE_UNSPECIFIED, Failure.LIMIT_EXCEEDED):
        [handle_id] = ask(client, driving, itertools.count).value.counted_ids
        iterator = driving.Token("library_object", handle_id, (), ())
        assert ask(client, driving, None, iterator, kind=CallLibrary.ITERATE).failure.code == expected


def test_an_error_has_itself_and_the_users_frames(client: Any, driving: Any) -> None:
    """X6"""
    failure = ask(client, driving, fail).failure
    assert failure.type_name == "builtins.LookupError"
    assert client.value_of(failure.cause).args == ("none",)
    assert "in fail" in failure.traceback and "driver/library.py" not in failure.traceback


class OddError(Exception):
    """Nothing of it is what it should be."""

    __module__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        raise SystemExit


def fail_oddly() -> None:
    raise OddError("\udc80" * 10)


def fail_at_length() -> None:
    try:
        raise ValueError("x" * TEXT_CHARACTERS)
    except ValueError as error:
        raise LookupError("y" * TEXT_CHARACTERS) from error


def test_an_error_can_be_sent_whatever_it_is(client: Any, driving: Any) -> None:
    """X6"""
    failure = ask(client, driving, fail_oddly, thread=1).failure
    assert failure.type_name == "None.OddError" and failure.message.startswith("\\udc80")
    failure = ask(client, driving, fail_at_length, thread=1).failure
    assert failure.type_name == "builtins.LookupError" and len(failure.traceback) < 1.1 * TEXT_CHARACTERS
    assert client.value_of(ask(client, driving, len, "abc", thread=1).value) == 3


def test_output_goes_in_pieces_whatever_it_is(client: Any, driving: Any) -> None:
    """X7"""
    told: list[Output] = []
    client.holdings.library.emit = lambda output: told.append(output) or True
    ask(client, driving, print, "x" * 200_000)
    assert "".join(output.text for output in told) == "x" * 200_000 + "\n"
    assert max(len(output.text) for output in told) <= library._TEXT_CHARACTERS
    assert not ask(client, driving, print, "\udc80").HasField("failure")
    assert "\\udc80" in [output.text for output in told]


def test_the_width_of_a_terminal_is_bounded(client: Any, driving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    width = client.value_of(ask(client, driving, os.getenv, "COLUMNS", columns=2**32 - 1).value)
    assert width == str(library._COLUMNS)


def test_what_an_iterator_has_left_goes_with_the_iterator(client: Any, driving: Any) -> None:
    """X5"""
    [handle_id] = ask(client, driving, fail_late).value.counted_ids
    ask(client, driving, None, driving.Token("library_object", handle_id, (), ()), kind=CallLibrary.ITERATE)
    kept = weakref.ref(client.holdings.references.get(handle_id, Kind.LIBRARY).iteration)
    client.holdings.references.release(handle_id, 1)
    for thread in threading.enumerate():
        if thread.name == "library-iterate":
            thread.join(10)
    gc.collect()
    assert kept() is None


@pytest.mark.parametrize("variable", [("", "x"), ("A=B", "x"), ("A\0", "x"), ("A", "\0")])
def test_what_no_environment_can_have_is_refused(client: Any, driving: Any, variable: tuple[str, str]) -> None:
    """X10"""
    failure = ask(client, driving, len, "abc", environment=dict([variable])).failure
    assert failure.code == Failure.INVALID_ARGUMENT and not client.holdings.library.is_busy
    assert client.value_of(ask(client, driving, len, "abc").value) == 3


class Unsized:
    """Says nothing of its size."""

    def memory_usage(self) -> Any:
        raise LookupError


def test_an_item_of_unknown_size_is_an_item(client: Any, driving: Any) -> None:
    """X5"""
    [handle_id] = ask(client, driving, lambda: iter([Unsized(), 2])).value.counted_ids
    iterator = driving.Token("library_object", handle_id, (), ())
    items, is_over, _ = client.value_of(ask(client, driving, None, iterator, kind=CallLibrary.ITERATE).value)
    assert len(items) == 2 and is_over


def test_what_the_client_lacks_a_package_for_stays(client: Any, driving: Any) -> None:
    """X3"""
    numpy = pytest.importorskip("numpy")
    assert client.value_of(ask(client, driving, numpy.zeros, 3, lacks=["numpy"]).value).name == "library_object"
    assert client.value_of(ask(client, driving, numpy.float64, 3, lacks=["numpy"]).value) == 3.0
    method = client.value_of(ask(client, driving, getattr, numpy.zeros(3), "tolist", lacks=["numpy"]).value)
    assert (method.name, method.args[1]) == ("library_method", "tolist")  # of which a client makes no `getattr`


def test_what_the_client_lacks_a_package_for_stays_in_other_values_too(client: Any, driving: Any) -> None:
    """X3"""
    numpy = pytest.importorskip("numpy")
    ask(client, driving, len, "abc", lacks=["numpy"])
    assert client.value_of(client.holdings.codec.encode([numpy.zeros(3)]))[0].name == "library_object"
    ask(client, driving, len, "abc", lacks=["pandas"])
    assert client.value_of(client.holdings.codec.encode([numpy.zeros(3)]))[0].sum() == 0


def test_what_a_function_of_a_library_makes_of_a_class_stays(client: Any, driving: Any) -> None:
    """X3: it has the user's name, and methods that are closures of the library."""

    class Own:
        pass

    def decorated() -> Any:
        code = """
    class Made:
        def __init__(self, number): self.number = number
    Made.__module__, Made.__qualname__ = call.__module__, call.__qualname__
    return Made"""
        return library_code(code)(Own)

    made = client.value_of(ask(client, driving, decorated).value)
    assert (made.name, made.args[1]) == ("library_object", ("builtins:type",))
    instance = client.value_of(ask(client, driving, "__call__", made, 3).value)
    assert instance.name == "library_object" and instance.args[1] == (f"{__name__}:{Own.__qualname__}",)
    assert client.value_of(ask(client, driving, getattr, instance, "number").value) == 3


def test_an_interrupt_hits_its_own_call_alone(client: Any, driving: Any) -> None:
    """X4"""
    reading, writing = os.pipe()
    request_id = client.begin(call_library=CallLibrary(call=driving.payload((os.read, (reading, 1), {})), thread=1))
    assert client.value_of(client.ask(interrupt_library=InterruptLibrary(request_id=request_id)).value) is True
    os.write(writing, b"x")  # a thread takes it between two steps of Python
    reply = client.replies.get(timeout=10)
    assert reply.failure.type_name == "builtins.KeyboardInterrupt"
    assert client.value_of(client.ask(interrupt_library=InterruptLibrary(request_id=request_id)).value) is False
    assert client.value_of(ask(client, driving, len, "abc", thread=1).value) == 3
    os.close(reading)
    os.close(writing)


def test_a_call_under_way_keeps_the_session(client: Any, driving: Any) -> None:
    """X8"""
    reading, writing = os.pipe()
    client.begin(call_library=CallLibrary(call=driving.payload((os.read, (reading, 1), {}))))
    assert client.holdings.library.is_busy
    os.write(writing, b"x")
    assert client.value_of(client.replies.get(timeout=10).value) == b"x"
    assert not client.holdings.library.is_busy
    os.close(reading)
    os.close(writing)


async def answer_later(value: Any) -> Any:
    return value


def test_what_a_call_gives_is_awaited(client: Any, driving: Any) -> None:
    """X1"""
    assert client.value_of(ask(client, driving, answer_later, 5, kind=CallLibrary.AWAIT).value) == 5


def test_threads_of_clients_are_bounded_and_end_when_they_have_nothing_to_do(
    client: Any, driving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X8"""
    monkeypatch.setattr(library, "_THREADS", 2)
    others = set(threading.enumerate())
    for thread in (1, 2, 1):
        assert ask(client, driving, divmod, 7, 2, thread=thread).HasField("value")
    failure = ask(client, driving, divmod, 7, 2, thread=3).failure
    assert (failure.code, failure.details["limit"]) == (Failure.LIMIT_EXCEEDED, "library_threads")
    monkeypatch.setattr(library, "_IDLE_S", 0.01)  # for those two from their next call on
    ours = set(threading.enumerate()) - others
    assert len(ours) == 2
    for thread in (1, 2):
        ask(client, driving, divmod, 7, 2, thread=thread)
    for each in ours:
        each.join(10)
        assert not each.is_alive()
    assert ask(client, driving, divmod, 7, 2, thread=3).HasField("value")


def test_variables_of_the_client_are_here_for_as_long_as_it_has_them(
    client: Any, driving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X10"""
    monkeypatch.setenv("TUNE_ONE", "before")
    monkeypatch.delenv("TUNE_TWO", raising=False)

    def seen(**environment: str) -> Any:
        reply = ask(client, driving, os.getenv, "TUNE_ONE", environment=environment)
        return client.value_of(reply.value), os.environ.get("TUNE_TWO")

    assert seen(TUNE_ONE="1", TUNE_TWO="2") == ("1", "2")
    assert seen(TUNE_ONE="3") == ("3", None)
    assert seen() == ("before", None)


@contextlib.contextmanager
def entered() -> Iterator[int]:
    yield 3


def test_what_a_block_enters_stays(client: Any, driving: Any) -> None:
    """X3"""
    token = client.value_of(ask(client, driving, entered).value)
    assert token.name == "library_object" and {"__enter__", "__exit__"} <= set(token.args[2])


class LibraryError(Exception):
    """Takes other arguments than it has."""

    __module__ = "ray.train.errors"

    def __init__(self, what: str, where: dict[int, str]) -> None:
        super().__init__(f"wrong: {what}")
        self.where = where

    @property
    def first(self) -> str:
        return self.where[0]

    def __str__(self) -> str:
        return f"{self.args[0]} at {self.first}"


def test_an_error_of_a_library_keeps_what_it_has() -> None:
    """X6"""
    reduced: Any = Held(References()).reduce(LibraryError("that", {0: "there"}), [])
    state = {"where": {0: "there"}, "first": "there", "ray_text": "wrong: that at there"}
    assert reduced == (copyreg.__newobj__, (LibraryError, "wrong: that"), state)
    assert Held(References()).reduce(LookupError("of Python's"), []) is None


class FrameError(KeyError):
    """Of a package that a client may lack."""

    __module__ = "pandas.errors"


def raise_of_a_package() -> None:
    raise FrameError("no such column")


def test_an_error_of_a_package_that_the_client_lacks_is_of_its_kind(client: Any, driving: Any) -> None:
    """X6: with a class of that name, which is one however many of them come."""
    replies = [ask(client, driving, raise_of_a_package, lacks=["pandas"]) for _ in range(2)]
    first, second = (client.value_of(reply.failure.cause) for reply in replies)
    assert isinstance(first, KeyError) and not isinstance(first, FrameError) and type(first) is type(second)
    assert str(first) == "'no such column'" and type(first).__name__ == "FrameError"
    assert "".join(traceback.format_exception_only(first)) == "pandas.errors.FrameError: 'no such column'\n"


def test_an_error_says_which_errors_of_pythons_it_is(client: Any, driving: Any) -> None:
    """X6: for a client that has no such class."""
    assert ask(client, driving, raise_of_a_package).failure.details["kinds"] == "KeyError"


def library_code(code: str) -> Any:
    """Give a function `f` of a module of Ray's that is not there."""
    names: dict[str, Any] = {"__name__": "ray.data.fake"}
    exec(f"def f(call=None):\n    {code}", names)
    return names["f"]


def test_the_line_to_install_has_the_extra_of_ray_that_a_package_belongs_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """X6"""
    requires = [
        'no_such_frames>=1; extra == "all"',
        'No-Such-Frames; extra == "data"',
        'gymnasium; extra == "rllib"',
        'dm_tree; extra == "rllib"',
    ]
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: requires)
    lines = {
        "import no_such_frames.inner": 'ModuleNotFoundError: `pip install "ray[data]"` there',
        "raise ImportError('install frames')": 'ImportError: `pip install "ray[data]"` there',
        "raise ImportError('pip install frames')": "ImportError: pip install frames (on the cluster",
        "import no_such_thing": "ModuleNotFoundError: `pip install no_such_thing` there",
        "raise ImportError(name='sklearn')": "ImportError: `pip install scikit-learn` there",  # not what it is called
        "raise ImportError(name='tree.inner')": 'ImportError: `pip install "ray[rllib]"` there',
    }
    for code, line in lines.items():
        with pytest.raises(ImportError) as caught:
            library_code(code)()
        error = explained(caught.value)
        assert "on the cluster, where `ray.data` runs" in str(error)
        kind, _, text = line.partition(": ")
        assert (type(error).__name__, text in str(error)) == (kind, True), str(error)


def test_what_a_task_does_not_find_keeps_its_class() -> None:
    """X6: whoever catches errors of tasks catches it, and it says where it ran."""
    kind = type("RayTaskError(ImportError)", (ImportError,), {"__module__": "ray.exceptions"})
    with pytest.raises(ImportError) as caught:
        library_code("raise call")(kind("no polars"))
    assert explained(caught.value) is caught.value


def test_what_the_user_s_own_code_does_not_find_is_its_own_error() -> None:
    """X6"""

    def user() -> None:
        import no_such_thing  # noqa: F401

    with pytest.raises(ImportError) as caught:
        library_code("call()")(user)
    assert explained(caught.value) is caught.value
