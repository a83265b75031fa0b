"""Sends cases from one Python to another; runs in each of them, with nothing but cloudpickle and the protocol's code.

send DIR        pickle every case for each other minor version; note what it gives here
receive DIR     load what was sent here, run it, and pickle it again for where it came from
return DIR      load what came back, and run it
serve           run what comes in, functions and texts of programs, pickle after pickle, and answer each with a line
"""

from __future__ import annotations

import io
import itertools
import json
import linecache
import pickle
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

import cloudpickle

from ray_client_proto.code.carrier import Carrier, readers
from ray_client_proto.wire import tokens

MINORS = ((3, 10), (3, 11), (3, 12), (3, 13))
HERE = sys.version_info[:2]
NUMBER = itertools.count()


class Pickler(cloudpickle.Pickler):
    def __init__(self, file: io.BytesIO, other: tuple[int, int]) -> None:
        super().__init__(file, protocol=5)
        self._carrier = Carrier(other)

    def reducer_override(self, obj: Any) -> Any:
        return self._carrier.reduce(obj, super().reducer_override(obj), self.dispatch_table)


class Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return readers()[name] if module == tokens.MODULE else super().find_class(module, name)


def dump(value: Any, other: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Pickler(file, other).dump(value)
    return file.getvalue()


def load(data: bytes) -> Any:
    return Unpickler(io.BytesIO(data)).load()


def shown(function: Any) -> str:
    """Give what a case gives, as text: reprs of objects must not hold addresses."""
    return repr(function())


def name(minor: tuple[int, int]) -> str:
    return f"{minor[0]}{minor[1]}"


def folder(base: Path, sender: tuple[int, int], receiver: tuple[int, int]) -> Path:
    path = base / f"{name(sender)}-{name(receiver)}"
    path.mkdir(exist_ok=True)
    return path


def save(path: Path, results: dict[str, Any]) -> None:
    path.write_bytes(pickle.dumps(results, 5))


def attempt(results: dict[str, Any], key: str, step: str, action: Any) -> None:
    try:
        results[key] = action()
    except Exception:  # noqa: BLE001 - whatever goes wrong is the result
        results[key] = f"{step} on {name(HERE)}: {traceback.format_exc()}"


def send(base: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    import cases

    cloudpickle.register_pickle_by_value(cases)
    expected: dict[str, str] = {}
    for other in MINORS:
        results: dict[str, Any] = {}
        if other != HERE:
            for key, make in cases.CASES.items():
                attempt(results, key, "pickling", lambda make=make, other=other: dump(make(), other))
            save(folder(base, HERE, other) / "there", results)
    for key, make in cases.CASES.items():
        attempt(expected, key, "running", lambda make=make: shown(make()))
    (base / f"{name(HERE)}.json").write_text(json.dumps(expected))


def receive(base: Path) -> None:
    for other in MINORS:
        path = folder(base, other, HERE) / "there"
        if other == HERE or not path.exists():
            continue
        back: dict[str, Any] = {}
        shows: dict[str, Any] = {}
        for key, data in pickle.loads(path.read_bytes()).items():
            if isinstance(data, str):
                shows[key] = data
                continue
            attempt(shows, key, "loading and running", lambda data=data: shown(load(data)))
            attempt(back, key, "pickling again", lambda data=data, other=other: dump(load(data), other))
        save(path.with_name("back"), back)
        path.with_name("there.json").write_text(json.dumps(shows))


def come_back(base: Path) -> None:
    for other in MINORS:
        path = folder(base, HERE, other) / "back"
        if other == HERE or not path.exists():
            continue
        shows: dict[str, Any] = {}
        for key, data in pickle.loads(path.read_bytes()).items():
            if isinstance(data, str):
                shows[key] = data
            else:
                attempt(shows, key, "loading and running what came back", lambda data=data: shown(load(data)))
        path.with_name("back.json").write_text(json.dumps(shows))


def outcome(function: Any) -> str:
    """Give what a function gives, or the type of what it raises."""
    try:
        return shown(function)
    except Exception as exc:  # noqa: BLE001 - whatever the case raises
        return type(exc).__name__


def made(text: str) -> Any:
    """Run the text of a program, whose source stays known, and give its function `go`."""
    file = f"<text {next(NUMBER)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, file, "exec", dont_inherit=True), namespace)
    return namespace["go"]


def serve() -> None:
    while size := sys.stdin.buffer.read(8):
        data = sys.stdin.buffer.read(int.from_bytes(size, "big"))
        try:
            value = load(data)
            line = outcome(made(value) if isinstance(value, str) else value)
        except Exception:  # noqa: BLE001 - whatever goes wrong is the answer
            line = traceback.format_exc()
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    warnings.simplefilter("error", SyntaxWarning)
    if sys.argv[1] == "serve":
        serve()
    else:
        {"send": send, "receive": receive, "return": come_back}[sys.argv[1]](Path(sys.argv[2]))
