"""Functions made at random give the same there as here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import crossing
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from interpreters import MINORS, environ, interpreter

KINDS = ("positional", "plain", "keyword")


@st.composite
def signatures(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Give the text of a parameter list, and the names in it."""
    names = [f"a{n}" for n in range(draw(st.integers(0, 5)))]
    kinds = sorted((draw(st.sampled_from(KINDS)) for _ in names), key=KINDS.index)
    parts: list[str] = []
    has_default = False
    for index, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if kind == "keyword" and "*" not in parts and not any(part.startswith("*") for part in parts):
            parts.append(draw(st.sampled_from(["*", "*rest"])))
        has_default = draw(st.booleans()) or (has_default and kind != "keyword")
        annotation = draw(st.sampled_from(["", ": int", ": 'text'"]))
        parts.append(name + annotation + (f" = {draw(st.integers(-3, 3))}" if has_default else ""))
        last_positional = kind == "positional" and (index + 1 == len(kinds) or kinds[index + 1] != "positional")
        if last_positional:
            parts.append("/")
    if "*rest" in parts:
        names.append("rest")
    if draw(st.booleans()):
        parts.append("**more")
        names.append("more")
    return ", ".join(parts), names


@st.composite
def expressions(draw: st.DrawFn, names: list[str], depth: int = 2) -> str:
    atoms = [*names, "G", "H", "3", "'s'", "None", "(1, 2.0)", "'é'", "b'b'", "-1"]
    if not depth:
        return draw(st.sampled_from(atoms))
    inner = expressions(names, depth - 1)
    form = draw(
        st.sampled_from(
            [
                "({0}, {1})",
                "[{0} for i in range(2)]",
                "[(i, {0}) for i in range(3) if i]",
                "(lambda q: (q, {0}))({1})",
                "(lambda *q, k={0}: (q, k))({1})",
                "{{'k': {0}, 'l': {1}}}",
                "({0} if {1} else None)",
                "(lambda: (lambda: {0}))()()",
                "tuple(({0}, j) for j in (1, 2))",
                "f'{{{0}!r}}'",
                "(w := {0}, {1})",
                "helper({0})",
                "({0} == {1}, not {0})",
            ]
        )
    )
    if "!r" in form:  # older versions know no quotes and braces in there
        return form.format(draw(st.sampled_from([name for name in atoms if name.isidentifier()])))
    return form.format(draw(inner), draw(inner))


@st.composite
def functions(draw: st.DrawFn, outer: tuple[str, ...] = (), depth: int = 2) -> list[str]:
    """Give the lines of a function `f` which may hold others, in a class or not."""
    parameters, names = draw(signatures())
    names = [*names, *outer]
    lines: list[str] = []
    if draw(st.integers(0, 3)) == 0:
        lines.append("@same")
    lines.append(f"def f({parameters}):")
    body = [f"local = {draw(expressions(names))}"]
    result = draw(expressions([*names, "local"]))
    if depth and draw(st.booleans()):
        inner = draw(functions((*names, "local"), depth - 1))
        if draw(st.booleans()):
            at = next(index for index, line in enumerate(inner) if line.startswith("def f("))
            inner[at] = inner[at].replace("def f(", "def f(me, ").replace("(me, )", "(me)")
            body += ["class C(Base):", "    size = 3", *("    " + line for line in inner)]
            body += ["    def tag(self):", "        return super().tag() + self.__class__.__name__"]
            result = f"({result}, attempt(C().f), C().tag())"
        else:
            body += inner
            result = f"({result}, attempt(f))"
    if draw(st.integers(0, 4)) == 0:
        body += ["for i in range(2):", f"    yield {result}"]
    elif draw(st.integers(0, 4)) == 0:
        body += ["try:", "    raise ValueError(local)", "except ValueError as exc:", f"    return exc.args, {result}"]
    else:
        body.append(f"return {result}")
    indent = draw(st.sampled_from(["    ", "  ", "\t"])) if not outer else "    "
    return [*lines, *(indent + line for line in body)]


PRELUDE = """
def attempt(function):
    outcomes = []
    for args in [(), (1,), (1, 2), (1, 2, 3)]:
        for kwargs in [{}, {"a0": 5}, {"a1": 6, "a2": 7}, {"a3": 8, "a4": 9}, {"other": 1}]:
            try:
                result = function(*args, **kwargs)
                outcomes.append(list(result) if hasattr(result, "__next__") else result)
            except TypeError as exc:
                outcomes.append(type(exc).__name__)  # texts change from version to version
    return outcomes

def same(function):
    return function

def helper(x):
    return [x, G]

class Base:
    def tag(self):
        return "base "

G, H = 7, {"h": [1]}
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bytes], str]]:
    """Give what runs a pickle in a Python of another minor version."""
    here = "{}{}".format(*sys.version_info)
    python = next(filter(None, (interpreter(minor) for minor in MINORS if minor != here)), None)
    if python is None:
        pytest.skip("no Python of another minor version on this machine")
    command = [python, "-B", str(Path(crossing.__file__)), "serve"]
    variables = environ(tmp_path_factory.mktemp("serving"))
    with subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        writer, reader = process.stdin, process.stdout

        def run(data: bytes) -> str:
            writer.write(len(data).to_bytes(8, "big") + data)
            writer.flush()
            answer: str = json.loads(reader.readline())
            return answer

        yield run
        writer.close()


def text_of(lines: list[str], is_nested: bool, blank: int = 0) -> str:
    """Give the text of a program with a function `f`, and with `go`, which calls it in many ways."""
    if is_nested:
        lines = [
            *("def make(free):", *("    " + line for line in lines)),
            *("    return lambda: (attempt(f), free)", "go = make(4)"),
        ]
    else:
        lines = [*lines, "go = lambda: attempt(f)"]
    return PRELUDE + "\n" * blank + "\n".join(lines) + "\n"


@given(functions(), st.booleans(), st.integers(0, 3))
def test_a_function_that_was_built_again_gives_the_same(lines: list[str], is_nested: bool, blank: int) -> None:
    function = crossing.made(text_of(lines, is_nested, blank))
    assert crossing.outcome(crossing.load(crossing.dump(function, (3, 99)))) == crossing.outcome(function)


# Python 3.12 and later say UnboundLocalError of this one, the others NameError.
@example(lines=["def f():", "    local = [local for i in range(2)]"], is_nested=False)
@given(lines=functions(), is_nested=st.booleans())
def test_a_function_gives_in_another_python_what_its_text_gives_there(
    other: Callable[[bytes], str], lines: list[str], is_nested: bool
) -> None:
    text = text_of(lines, is_nested)
    sent = crossing.dump(crossing.made(text), (3, 10))
    assert other(sent) == other(crossing.dump(text, (3, 10)))
