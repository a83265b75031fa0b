"""Write docs/errors.md from the classes of `ray_client.errors` and `ray_client.exceptions`; `--check` only compares."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent
for package in ("ray-client-proto", "ray-client"):
    sys.path.insert(0, str(ROOT / "packages" / package / "src"))

from ray_client import errors, exceptions  # noqa: E402  # it need not be installed

TARGET = ROOT / "docs" / "errors.md"
INTRO = """\
# Errors

<!-- Written by tools/gen_errors.py from the docstrings: change those, then run `python tools/gen_errors.py`. -->

What goes wrong between your process and the cluster is in `ray_client.errors`; what Ray itself says of a task, an actor
or an object is in `ray_client.exceptions`, under Ray's own names. All can be pickled, and carry as fields what their
message says. It ends with what to do. `RAY_CLIENT_DEBUG=1` shows in their tracebacks what went on inside this package.

## `ray_client.errors`

"""
RAY = """\
## `ray_client.exceptions`

The names and bases are those of `ray.exceptions`. What a task raised can be caught as itself too: its `ValueError`
arrives as a `RayTaskError` that is also a `ValueError`.

### Those that programs meet

| error | what it means | what to do |
|---|---|---|
"""
#: What to do, for the errors of Ray that programs meet; the docstrings say what they mean.
ADVICE = {
    "RayTaskError": "read the traceback in its text, which is the task's own; `cause` has what was raised",
    "GetTimeoutError": "call `get` again, the reference is as good as before; or look what the task waits for",
    "ActorDiedError": "make the actor again; its text says why it died",
    "ActorUnavailableError": "call again later; the call may have run, so only what may run twice",
    "WorkerCrashedError": "look for a crash in native code, or a killed process; `max_retries` runs the task again",
    "OutOfMemoryError": "ask for more with the option `memory`, or let fewer tasks run at once with `num_cpus`",
    "ObjectLostError": "make the object again; what `put` stored cannot be made anew by Ray",
    "RuntimeEnvSetupError": "correct `runtime_env`; the text has the end of the installer's output",
    "PendingCallsLimitExceeded": "wait for results before calling on, or raise `max_pending_calls`",
    "TaskUnschedulableError": "ask for resources that some node has, see `nodes()`",
}


class Blank(str):
    """Stands for whatever a message says, in any format."""

    def __format__(self, spec: str = "") -> str:
        return "*" + self + "*"

    __repr__ = __format__

    def __truediv__(self, other: object) -> Blank:
        return self


def classes(module: ModuleType) -> Iterator[type]:
    """Yield the public classes that the module defines, in its order."""
    for name in getattr(module, "__all__", tuple(vars(module))):
        found = vars(module)[name]
        if isinstance(found, type) and found.__module__ == module.__name__ and not name.startswith("_"):
            yield found


def own_section(cls: type) -> str:
    """Give what the page says of one of our errors: what it means, and its message with blanks for the values."""
    said = ""
    if "__init__" in vars(cls):
        names = inspect.signature(cls).parameters
        values = ([(Blank("file"), Blank("size"))] if name == "largest" else Blank(name) for name in names)
        said = f"\n> {cls(*values)}\n"
    return f"### {cls.__name__}\n\n{cls.__doc__}\n{said}"


def page() -> str:
    """Give the whole page."""
    tree = inspect.cleandoc(errors.__doc__ or "").split("\n\n")[1]
    own = "\n".join(own_section(cls) for cls in classes(errors))
    of_ray = {cls.__name__: cls.__doc__ for cls in classes(exceptions)}
    met = "".join(f"| `{name}` | {of_ray.pop(name)} | {advice} |\n" for name, advice in ADVICE.items())
    rest = "".join(f"- `{name}`: {text}\n" for name, text in of_ray.items())
    return f"{INTRO}```\n{inspect.cleandoc(tree)}\n```\n\n{own}\n{RAY}{met}\n### The others\n\n{rest}"


if __name__ == "__main__":
    if "--check" not in sys.argv:
        TARGET.write_text(page(), encoding="utf-8")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != page():
        sys.exit(f"{TARGET.relative_to(ROOT)} is not what the docstrings say: run `python tools/gen_errors.py`")
