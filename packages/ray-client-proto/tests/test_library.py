"""What a client says with its calls of libraries, and what it adds to their errors."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from ray_client_proto import library
from ray_client_proto.v1 import operation_pb2 as op
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire import tokens


class Called(Future[Any]):
    """The answer to a call."""


class Session:
    """Carries calls out at once, in a driver where no file exists."""

    is_open = True

    def __init__(self) -> None:
        self.peer, self.calls, self.made = self, set[int](), list[op.CallLibrary]()
        self.is_under_way = False  #: what a Ctrl-C comes upon

    def require(self, capability: str, doing: str) -> None: ...

    def dump(self, value: Any) -> Payload:
        return Payload(pickle=pickle.dumps(value))

    def request(
        self, operation: op.Operation, count: int = 1, is_urgent: bool = False
    ) -> tuple[int, list[Future[Any]]]:
        if operation.HasField("interrupt_library"):
            taken: Future[Any] = Future()
            taken.set_result(pickle.dumps((bool, (self.is_under_way,), {})))
            return 2, [taken]
        self.made.append(operation.call_library)
        done: Future[Any] = Called()
        done.set_result(operation.call_library.call.pickle)
        return 1, [done]

    def value_of(self, reply: Any) -> Any:
        function, args, kwargs = pickle.loads(reply)
        return False if function.__name__ == "exists" else function(*args, **kwargs)

    def send(self, operation: op.Operation, is_urgent: bool) -> None: ...
    def abandon(self, request_id: int, replies: Any) -> None: ...


def fail(*paths: Any, text: str = "[Errno 2] No such file or directory: {!r}") -> None:
    raise FileNotFoundError(text.format(paths[0]))


def notes_of(call: Callable[[], object]) -> list[str]:
    with pytest.raises(FileNotFoundError) as caught:
        call()
    return list(getattr(caught.value, "__notes__", ()))


def test_variables_of_the_libraries_travel_and_secrets_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """X10"""
    monkeypatch.setenv("TUNE_RESULT_DELIM", "/")
    monkeypatch.setenv("RAY_TRAIN_API_TOKEN", "secret")
    monkeypatch.setenv("OTHER", "1")
    session = Session()
    library.call(session, max, 1, 2)
    assert session.made[0].environment["TUNE_RESULT_DELIM"] == "/"
    assert not {"RAY_TRAIN_API_TOKEN", "OTHER"} & session.made[0].environment.keys()


def test_variables_that_change_travel_as_they_are_now(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    for value in ("1", "2", None):
        if value is None:
            monkeypatch.delenv("TUNE_X")
        else:
            monkeypatch.setenv("TUNE_X", value)
        library.call(session, max, 1, 2)
    assert [made.environment.get("TUNE_X") for made in session.made] == ["1", "2", None]


class Located(tokens.LibraryPlace):
    object_id = 7


def test_x1_a_method_with_plain_arguments_is_pickled_without_the_session_and_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dumped = []
    dump = Session.dump
    monkeypatch.setattr(Session, "dump", lambda session, value: dumped.append(value) or dump(session, value))
    monkeypatch.setattr(tokens, "library_object", lambda *facts: facts)
    monkeypatch.setattr(tokens.library_object, "__qualname__", "library_object")
    monkeypatch.setattr(tokens.library_object, "__module__", tokens.__name__)
    session = Session()
    for args, kwargs in (((1, "a"), {"b": None}), (([],), {}), ((), {"c": 1j}), ((b"x" * 2000,), {})):
        call = library.Call(session, "method", (Located(), *args), kwargs)
        assert pickle.loads(session.made[-1].call.pickle) == ("method", ((7, (), ()), *args), kwargs)
        call.leave()
    assert [value[1][1:] for value in dumped] == [([],), (), (b"x" * 2000,)]


class Interrupted(Called):
    """A Ctrl-C comes while it is waited for, and the answer all the same."""

    is_interrupted = False

    def result(self, timeout: float | None = None) -> Any:
        if not self.is_interrupted:
            self.is_interrupted = True
            raise KeyboardInterrupt
        return super().result(timeout)


@pytest.mark.parametrize(
    ("kind", "is_under_way"), [(library.ITERATE, True), (library.RETURN, True), (library.RETURN, False)]
)
def test_x4_ctrl_c_ends_an_iteration_and_what_had_ended_there_already(
    kind: Any, is_under_way: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.Called", Interrupted)
    session = Session()
    session.is_under_way = is_under_way
    call = library.Call(session, max, (1, 2), {}, kind)
    if kind == library.RETURN and is_under_way:  # the library has taken it, and may have ended in good order
        assert call.result() == 2
    else:
        with pytest.raises(KeyboardInterrupt):
            call.settle()


needs_notes = pytest.mark.skipif(not hasattr(BaseException, "add_note"), reason="Python 3.11")


@needs_notes
def test_a_path_of_this_machine_alone_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.csv").touch()
    session, path = Session(), str(tmp_path / "mine.csv")
    [note] = notes_of(lambda: library.call(session, fail, path))
    assert f"{path!r} is on this machine" in note
    monkeypatch.chdir(tmp_path)
    [note] = notes_of(lambda: library.call(session, fail, {"paths": ["mine.csv"]}, text="not found: mine.csv"))
    assert "'mine.csv' is on this machine" in note


@needs_notes
def test_other_errors_get_no_such_note(tmp_path: Path) -> None:
    session, here = Session(), str(tmp_path)
    assert notes_of(lambda: library.call(session, fail, "/none/of/these")) == []
    assert notes_of(lambda: library.call(session, fail, here, text="is a directory: {!r}")) == []
    assert notes_of(lambda: library.call(session, fail, "/none", text=f'File "{__file__}", line 3: not found')) == []


def test_where_errors_take_no_notes_the_drivers_traceback_says_it() -> None:
    class OldError(Exception):
        add_note = property()  # as if there were none

    error = OldError()
    error.__cause__ = Exception("traceback")
    library.note(error, "more")
    library.note(error, "more")
    assert str(error.__cause__) == "traceback\nmore"
