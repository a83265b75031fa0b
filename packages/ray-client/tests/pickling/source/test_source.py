"""What travels as source and what is refused: rules T10 and T11, inside this interpreter."""

from __future__ import annotations

import asyncio
import functools
import linecache
import sys
import textwrap
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import crossing
import pytest

from ray_client.errors import PicklingError
from ray_client.pickling import pickler
from ray_client_proto.code import kept, locate
from ray_client_proto.code.build import FunctionSource, compile_source
from ray_client_proto.code.carrier import Carrier, foreign_minor, readers
from ray_client_proto.code.compare import is_same
from ray_client_proto.code.errors import SourceError
from ray_client_proto.code.imports import for_cluster_throughout
from ray_client_proto.code.syntax import unknown_to

NEWER = (3, 99)
TWO_WAYS_OUT = "either use the same minor version of Python on both sides, or install the code on the other side"


def cell(text: str, file: str = "<ipython-input-1>", **names: Any) -> dict[str, Any]:
    """Run text as a notebook does, which keeps it in the line cache; give its names."""
    text = textwrap.dedent(text)
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__, **names}
    exec(compile(text, file, "exec", dont_inherit=True), namespace)
    return namespace


def crossed(value: Any) -> Any:
    return crossing.load(crossing.dump(value, NEWER))


def refusal(value: Any, other: tuple[int, int] = NEWER) -> str:
    with pytest.raises(PicklingError) as caught:
        pickler.dump(value, pickler.TokenTable({}, {}, Carrier(other)))
    assert TWO_WAYS_OUT in str(caught.value)
    return str(caught.value)


def test_which_minor_version_is_foreign() -> None:
    assert foreign_minor("{}.{}.77".format(*sys.version_info)) is None
    assert foreign_minor("3.99.1") == (3, 99)
    assert foreign_minor("") is foreign_minor("3") is foreign_minor("x.y.z") is None


@pytest.mark.parametrize("file", ["<ipython-input-3-0a1b>", "/tmp/ipykernel_7/123.py", "<python-input-4>"])
def test_notebooks_and_prompts_that_keep_their_source(file: str) -> None:
    namespace = cell("k = 2\ndef f(x):\n    return x * k\n\ng = lambda x: f(x) + k\n", file)
    assert crossed(namespace["g"])(3) == 8


def test_a_cell_that_is_no_python_by_itself_is_refused() -> None:
    namespace = cell("f = lambda: 1\n")
    linecache.cache["<ipython-input-1>"] = (9, None, ["%time f = lambda: 1\n"], "<ipython-input-1>")
    assert "does not match what runs" in refusal(namespace["f"])


def test_a_function_without_source() -> None:
    namespace: dict[str, Any] = {}
    exec("def nowhere(x):\n    return x\n", namespace)
    text = refusal(namespace["nowhere"])
    assert "the function 'nowhere' (<string>:1)" in text
    assert "its source is not known" in text


@pytest.mark.parametrize("change", ["x + 2", "x  + 1.0", "y + 1", "x - 1"])
def test_source_that_no_longer_matches_what_runs(tmp_path: Path, change: str) -> None:
    file = tmp_path / "edited.py"
    file.write_text("y = 3\ndef f(x):\n    return x + 1\n")
    namespace: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), namespace)
    assert crossed(namespace["f"])(1) == 2
    kept_before = list(kept.texts(str(file), 2))
    assert kept_before
    kept._by_file.pop(str(file))
    kept._kept.clear()
    file.write_text(f"y = 3\ndef f(x):\n    return {change}   # edited\n")
    linecache.checkcache(str(file))
    assert "its source does not match what runs" in refusal(namespace["f"])


def test_an_edited_file_is_read_again_after_a_reload(tmp_path: Path) -> None:
    file = tmp_path / "reloaded.py"
    file.write_text("def f():\n    return 'old'\n")
    linecache.getlines(str(file))
    file.write_text("# one line more\ndef f():\n    return 'newer'\n")
    namespace: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), namespace)
    assert crossed(namespace["f"])() == "newer"


def test_a_code_by_itself_is_refused() -> None:
    assert "a code without its function has no source" in refusal(crossed.__code__)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("def f[T](x: T) -> T:\n    return x\n", (3, 12)),
        ("def f(x):\n    type A = int\n    return x\n", (3, 12)),
        ("def f(x):\n    return f'{x + \"\" + f'{x}'}'\n", (3, 12)),
        ("def f(x):\n    return f'{'\\n'.join([x])}'\n", (3, 12)),
        ("def f(x):\n    return f'''{x  # why\n}'''\n", (3, 12)),
        ("def f(x):\n    return f'{\n x}'\n", (3, 12)),
        ("def f(x):\n    try:\n        return x\n    except* ValueError:\n        pass\n", (3, 11)),
    ],
)
def test_syntax_that_the_older_python_does_not_know(text: str, since: tuple[int, int]) -> None:
    if sys.version_info < since:
        pytest.skip(f"this Python is older than {since}")
    function = cell(text)["f"]
    assert "its source is not for that one either" in refusal(function, (3, 10))
    assert crossed(function)("x")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is that of 3.12")
def test_type_parameters_used_inside() -> None:
    namespace = cell("""
        def f[T](x: T):
            return T.__name__, x

        class Box[U]:
            def get(self):
                return U.__name__
    """)
    assert crossed(namespace["f"])(1) == ("T", 1)
    assert crossed(namespace["Box"])().get() == "U"


@pytest.mark.parametrize("text", ["f'{x!r:>{10}}'", "f\"{x['a']}\"", "f'{{}} {x}'", "f'a' \"b\" f'{x}'", "rf'\\d{x}'"])
def test_f_strings_that_every_python_knows(text: str) -> None:
    source = FunctionSource(text=f"lambda x: {text}", file="x", line=1, column=0, name="<lambda>")
    assert unknown_to((3, 10), source) == ""


def test_the_error_of_the_other_side() -> None:
    source = FunctionSource(text="def f(x):\n    return x +\n", file="/home/me/a.py", line=4, column=-1, name="f")
    with pytest.raises(
        SourceError, match=r"the function 'f' \(/home/me/a.py:4\).*not take it \(SyntaxError.*line 5"
    ) as caught:
        compile_source(source)
    assert "the syntax of the older one" in str(caught.value)


@pytest.mark.parametrize("text", ["x = 1\n", "def g():\n    pass\n", "", "def f(): pass\ndef f(): pass\n"])
def test_text_that_is_not_the_function_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        compile_source(FunctionSource(text=text, file="x", line=1, column=-1, name="f"))


def test_nothing_of_the_text_runs_but_the_function() -> None:
    text = "@print('decorator')\ndef f(x=print('default')) -> print('annotation'):\n    return x\n"
    code = compile_source(FunctionSource(text=text, file="x", line=10, column=-1, name="f"))
    assert code.co_firstlineno == 10
    assert not code.co_consts[0]


def test_fields_of_a_newer_side_are_passed_over() -> None:
    fields = FunctionSource(text="lambda: 5", file="x", line=1, column=0, name="<lambda>").to_wire()
    make = readers()["source_function"]
    assert make({**fields, "of_the_future": 1}, {})() == 5


def failing(values: list[int]) -> float:
    total = 0.0
    for value in values:
        total += 1 / value  # this line fails
    return total


def test_tracebacks_point_at_the_lines_of_the_user() -> None:
    file = "/not/on/this/machine/script.py"
    namespace = cell("\n\n\ndef f(x):\n    y = x\n    return 1 / y\n\ng = 1; h = lambda x: f(x)\n", file)
    data = crossing.dump(namespace["h"], NEWER)
    del linecache.cache[file]
    with pytest.raises(ZeroDivisionError) as caught:
        crossing.load(data)(0)
    frames = traceback.extract_tb(caught.value.__traceback__)[1:]
    assert [(frame.filename, frame.lineno, frame.name) for frame in frames] == [(file, 8, "<lambda>"), (file, 6, "f")]
    assert [frame.line for frame in frames] == ["lambda x: f(x)", "return 1 / y"]


def test_columns_stay_what_they_are() -> None:
    if sys.version_info < (3, 11):
        pytest.skip("columns are known since 3.11")
    ours, theirs = failing.__code__, crossed(failing).__code__
    assert list(ours.co_positions()) == list(theirs.co_positions())


def test_a_file_of_this_machine_is_shown_as_it_is() -> None:
    line = failing.__code__.co_firstlineno
    kept.keep(FunctionSource(text="def failing():\n    other\n", file=__file__, line=line, column=-1, name="failing"))
    assert "def failing(values" in linecache.getline(__file__, line)


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MAX_CHARS", kept._chars + 100)
    for line in range(1, 50):
        kept.keep(FunctionSource(text=f"lambda: {line:>12}", file="<bounded>", line=line, column=0, name="<lambda>"))
    assert kept._chars <= kept.MAX_CHARS
    assert list(kept.texts("<bounded>", 49))


def test_functions_made_by_a_function_that_came_from_elsewhere_go_back() -> None:
    namespace = cell("""
        class A:
            def make(self, k):
                def add(x):
                    return x + k
                return add, (lambda x: (self.__secret(), x)), [lambda: i for i in range(2)]
            def __secret(self):
                return "secret"
    """)
    make = crossed(namespace["A"]().make)
    linecache.cache.pop("<ipython-input-1>")
    add, secret, several = make(5)
    assert crossed(add)(1) == 6
    assert crossed(secret)(2) == ("secret", 2)
    assert [crossed(each)() for each in several] == [1, 1]


def test_imports_of_this_package_become_those_of_ray_and_back() -> None:
    namespace = cell("""
        def f():
            import ray_client as ray
            def inner():
                import ray_client
                return ray_client
            return ray, inner()
    """)
    fakes = {"ray": types.ModuleType("ray"), "ray_client": types.ModuleType("ray_client")}
    make, fill = (readers(for_cluster_throughout)[name] for name in ("source_function", "source_state"))
    found = locate.find(namespace["f"].__code__, {}, for_cluster_throughout)
    there = make(found.source.to_wire(), {"__name__": "there"})
    fill(there, {"kind": "function", "globals": {}, "closure": {}, "attributes": {}, "settable": {}})
    with pytest.MonkeyPatch.context() as patch:
        for name, module in fakes.items():
            patch.setitem(sys.modules, name, module)
        assert there() == (fakes["ray"], fakes["ray"])
        again = locate.find(there.__code__, {}, for_cluster_throughout)
        here = make.func(again.source.to_wire(), {"__name__": "here"}, adjust=lambda code: code)
        assert here() == (fakes["ray_client"], fakes["ray_client"])


def with_assert(x: int) -> int:
    assert x > 0, "too small"
    return x


def test_what_pytest_rewrote_travels_as_it_was_written() -> None:
    assert crossed(with_assert)(3) == 3
    with pytest.raises(AssertionError, match="too small"):
        crossed(with_assert)(0)


def test_iterable_coroutines() -> None:
    @types.coroutine
    def pause() -> Any:
        yield

    async def f() -> int:
        await pause()
        return 3

    assert asyncio.run(crossed(f)()) == 3


def test_annotations_as_text_stay_text() -> None:
    namespace = cell(
        "from __future__ import annotations\ndef f(x):\n    def g(y: nowhere): pass\n    return g.__annotations__\n"
    )
    assert crossed(namespace["f"])(1) == {"y": "nowhere"}


@pytest.mark.parametrize(
    "text",
    [
        "def outer():\n    global f\n    def f():\n        return f.__name__\n    return f\n",
        "def outer(x=1):\n    class f:\n        global g\n        def g(self): return g, x\n    return lambda: g\n",
        "def outer():\n    try: pass\n    finally:\n        f = lambda: (lambda: 3)\n    return f\n",
        "def outer():\n\tdef f():\n\t\treturn 1\n\treturn f\n",
        "def outer(): return lambda: 1\n",
        "def outer(): f = lambda: 1; g = lambda: 1; return f\n",
        "def outer(a=(lambda: (lambda: 2))): return a\n",
        "def outer():\n    def f(): '''a\nb'''; return f\n    return f\n",
        "def outer():\n    async def f():\n        return [x async for x in y]\n    return f\n",
        "def outer():\n    __class__ = 3\n    def f(): return __class__\n    return f\n",
    ],
)
def test_unusual_places(text: str) -> None:
    function = cell(text)["outer"]()
    assert is_same(crossed(function).__code__, function.__code__)


def test_a_deep_expression_ends_in_an_error_and_not_in_a_crash() -> None:
    text = "lambda: " + "-" * 100_000 + "1"
    with pytest.raises((SourceError, MemoryError)):
        compile_source(FunctionSource(text=text, file="x", line=1, column=0, name="<lambda>"))


class Native:
    kind = "native"

    def get(self) -> str:
        return self.kind


def test_a_class_that_comes_back_is_the_class_itself_and_stays_as_it_is() -> None:
    get = Native.get
    data = crossing.dump([Native, Native()], NEWER)
    if b"_make_skeleton_class" not in data:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Native, "__module__", "__main__")
            data = crossing.dump([Native, Native()], NEWER)
    cls, instance = crossing.load(data)
    assert cls is Native
    assert type(instance) is Native
    assert Native.get is get


def test_modules_by_value_may_refer_to_themselves() -> None:
    module = types.ModuleType("local_module_of_the_user")
    module.__dict__.update(cell("size = 4\ndef f():\n    return me.size + size\n", "<local>", me=module))
    module.__name__ = "local_module_of_the_user"
    there = crossed(module)
    assert there is not module
    assert there.me is there
    assert there.f() == 8


def test_functions_of_a_module_share_their_globals() -> None:
    namespace = cell("""
        count = 0
        def step():
            global count
            count += 1
        def read():
            return count
    """)
    step, read = crossed([namespace["step"], namespace["read"]])
    step()
    step()
    assert read() == 2


def test_a_source_is_found_once_and_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse: Callable[..., Any] = locate.parse
    monkeypatch.setattr(locate, "parse", lambda text: parsed.append(text) or parse(text))
    namespace = cell("\n".join(f"def f{n}(): return {n}" for n in range(20)), "<parsed once>")
    functions = [namespace[f"f{n}"] for n in range(20)]
    assert [f() for f in crossed(functions)] == list(range(20))
    assert len(parsed) <= 1


def test_wrappers_of_the_library_travel_too() -> None:
    @functools.wraps(failing)
    def wrapper(*args: Any) -> Any:
        return failing(*args)

    assert crossed(wrapper)([1]) == 1.0
    assert crossed(wrapper).__wrapped__([2]) == 0.5
