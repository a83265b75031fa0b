"""What is around a program: its directory, arguments, input and output, children, threads, and its end."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from gateway import Gateway
from processes import poll

pytestmark = pytest.mark.timeout(150)


class Place:
    """A directory with programs, which are run in it."""

    def __init__(self, directory: Path, gateway: Gateway) -> None:
        self.directory = directory
        self.gateway = gateway

    def write(self, name: str, text: str) -> None:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")

    def start(self, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "ray_client", "run", "--address", self.gateway.address, *arguments],
            cwd=cwd or self.directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "RAY_DEDUP_LOGS": "0"},  # each line of each task
        )

    def run(self, *arguments: str, cwd: Path | None = None, given: str = "") -> tuple[int, list[str], str]:
        """Run to its end; give exit code, lines of output and what went to stderr."""
        with self.start(*arguments, cwd=cwd) as process:
            out, err = process.communicate(given, timeout=120)
        return process.returncode, out.splitlines(), err


@pytest.fixture
def place(tmp_path: Path, gateway: Gateway) -> Place:
    return Place(tmp_path, gateway)


@pytest.mark.parametrize(
    "name", ["with spaces", "ünïcode 中", 'it\'s "quoted"', "two\nlines", "a%20b#c?d", "{braces}$HOME", ".hidden"]
)
def test_a_directory_with_an_odd_name(name: str, place: Place) -> None:
    place.write(
        f"{name}/program.py",
        """
        import os
        import sys

        import ray
        from neighbour import twice

        @ray.remote
        def f(x):
            return twice(x)

        directory, name = os.path.split(__file__)
        print(ray.get(f.remote(4)), name, os.path.basename(directory) == sys.argv[1])
        """,
    )
    place.write(f"{name}/neighbour.py", "def twice(x):\n    return 2 * x\n")
    code, out, err = place.run(f"{name}/program.py", name)
    assert (code, out) == (0, ["8 program.py True"]), err


def test_a_module_of_a_package_with_relative_imports(place: Place) -> None:
    place.write("shop/__init__.py", "RATE = 3\n")
    place.write("shop/inner/__init__.py", "from .. import RATE\n")
    place.write(
        "shop/inner/job.py",
        """
        import sys

        import ray

        from . import RATE
        from ..tools import scale

        @ray.remote
        def f(x):
            return scale(x) + RATE

        if __name__ == "__main__":
            print(ray.get(f.remote(2)), __package__, sys.argv[1:])
        """,
    )
    place.write("shop/tools.py", "from . import RATE\n\n\ndef scale(x):\n    return x * RATE\n")
    code, out, err = place.run("-m", "shop.inner.job", "--one", "two")
    assert (code, out) == (0, ["9 shop.inner ['--one', 'two']"]), err


def test_input_arguments_and_the_file_s_own_name(place: Place) -> None:
    place.write("data.txt", "from the file\n")
    place.write(
        "program.py",
        """
        import pathlib
        import sys

        import ray

        @ray.remote
        def upper(text):
            return text.upper()

        lines = sys.stdin.read().splitlines()
        print(ray.get([upper.remote(line) for line in lines]))
        print((pathlib.Path(__file__).parent / "data.txt").read_text().strip(), sys.argv)
        """,
    )
    elsewhere = place.directory / "elsewhere"
    elsewhere.mkdir()
    code, out, err = place.run("../program.py", "-x", "", "a b", cwd=elsewhere, given="one\ntwo\n")
    assert code == 0, err
    assert out == ["['ONE', 'TWO']", "from the file ['../program.py', '-x', '', 'a b']"]


@pytest.mark.parametrize(
    ("end", "code", "said"),
    [
        ("sys.exit()", 0, ""),
        ("sys.exit(7)", 7, ""),
        ("sys.exit('no more')", 1, "no more"),
        ("raise SystemExit(True)", 1, ""),
        ("1 / 0", 1, "ZeroDivisionError"),
        ("raise KeyboardInterrupt", -2, "KeyboardInterrupt"),
        ("os._exit(5)", 5, ""),
        ("os.kill(os.getpid(), 15)", -15, ""),
    ],
)
def test_how_a_program_ends(end: str, code: int, said: str, place: Place) -> None:
    place.write(
        "program.py",
        f"""
        import os
        import sys

        import ray

        print(ray.get(ray.put("begun")), flush=True)
        {end}
        """,
    )
    found, out, err = place.run("program.py")
    assert (found, out) == (code, ["begun"]), err
    assert said in err
    assert poll(lambda: not place.gateway.sessions(), within_s=60)


def test_what_is_registered_for_the_end_can_still_use_the_cluster(place: Place) -> None:
    place.write(
        "program.py",
        """
        import atexit

        import ray

        @ray.remote
        class Log:
            def __init__(self):
                self.lines = []

            def add(self, line):
                self.lines.append(line)
                return self.lines

        def at_the_end():
            print(ray.get(log.add.remote("the end")))

        log = Log.remote()
        atexit.register(at_the_end)
        ray.get(log.add.remote("begun"))
        print("done")
        """,
    )
    code, out, err = place.run("program.py")
    assert (code, out) == (0, ["done", "['begun', 'the end']"]), err


def test_threads_that_outlive_the_main_one(place: Place) -> None:
    place.write(
        "program.py",
        """
        import threading

        import ray

        @ray.remote
        def square(x):
            return x * x

        def work():
            threading.main_thread().join()
            print("in the thread", ray.get([square.remote(x) for x in range(3)]))

        thread = threading.Thread(target=work)
        ray.init()
        thread.start()
        print("main has ended")
        """,
    )
    code, out, err = place.run("program.py")
    assert (code, out, err) == (0, ["main has ended", "in the thread [0, 1, 4]"], "")


@pytest.mark.parametrize("method", ["spawn", "forkserver"])  # gRPC promises nothing after a fork
def test_children_that_use_the_cluster_too(method: str, place: Place) -> None:
    place.write(
        "program.py",
        """
        import multiprocessing
        import sys

        import ray

        @ray.remote
        def add(x, y):
            return x + y

        def child(x):
            return ray.get(add.remote(x, 10)), ray.is_initialized()

        if __name__ == "__main__":
            context = multiprocessing.get_context(sys.argv[1])
            print(ray.get(add.remote(1, 1)), flush=True)
            with context.Pool(1) as pool:
                print(pool.map(child, [1, 2]))
            print(ray.get(add.remote(2, 2)))
        """,
    )
    code, out, err = place.run("program.py", method)
    assert (code, out) == (0, ["2", "[(11, True), (12, True)]", "4"]), err


def test_what_tasks_print_comes_before_the_program_ends(place: Place) -> None:
    place.write(
        "program.py",
        """
        import sys

        import ray

        @ray.remote
        def speak(number):
            for line in range(20):
                print(f"task {number} line {line}")
            print(f"task {number} to stderr", file=sys.stderr)
            return number

        print(sorted(ray.get([speak.remote(number) for number in range(3)])))
        sys.exit(3)
        """,
    )
    code, out, err = place.run("program.py")
    assert code == 3, err
    assert "[0, 1, 2]" in out
    for number in range(3):
        found = [line.rpartition("line ")[2].replace("\x1b[0m", "") for line in out if f"task {number} line" in line]
        assert [int(line) for line in found] == list(range(20)), out
        assert f"task {number} to stderr" in err


def test_what_tasks_print_comes_while_they_run(place: Place) -> None:
    place.write(
        "program.py",
        """
        import asyncio

        import ray

        @ray.remote
        class Talker:
            def __init__(self):
                self.gate = asyncio.Event()

            async def talk(self):
                print("the first word")
                await self.gate.wait()
                return "the last word"

            async def go_on(self):
                self.gate.set()

        talker = Talker.remote()
        talking = talker.talk.remote()
        input()
        ray.get(talker.go_on.remote())
        print(ray.get(talking))
        """,
    )
    with place.start("program.py") as process:
        assert process.stdin is not None and process.stdout is not None
        assert "the first word" in process.stdout.readline()  # the program waits for what follows
        out, err = process.communicate("\n", timeout=120)
    assert (process.returncode, out) == (0, "the last word\n"), err
