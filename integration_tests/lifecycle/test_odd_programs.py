"""Programs of their own in odd places, with odd interpreters, that fork, or that end while threads work."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from gateway import Gateway

pytestmark = pytest.mark.timeout(150)

HEAD = """
import ray_client as ray

@ray.remote
def one():
    return 1

assert ray.get(one.remote()) == 1
"""


def run(
    gateway: Gateway, directory: Path, program: str, *flags: str, before: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    (directory / "program.py").write_text(before + HEAD + textwrap.dedent(program))
    return subprocess.run(
        [sys.executable, *flags, "program.py"],
        cwd=directory,
        env={**os.environ, "RAY_ADDRESS": gateway.address, **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "flags"), [("-a b-ü'\"%s{x}#é", ()), ("ray", ("-I", "-OO"))], ids=["odd name", "isolated"]
)
def test_odd_places_and_interpreters(gateway: Gateway, tmp_path: Path, name: str, flags: tuple[str, ...]) -> None:
    directory = tmp_path / name
    directory.mkdir()
    (directory / "neighbour.py").write_text("class Kept:\n    'kept'\n    def __init__(self, x):\n        self.x = x\n")
    program = """
        @ray.remote
        def make(x):
            return neighbour.Kept(2 * x)

        print(ray.get(make.remote(2)).x)
    """
    # Isolated interpreters do not look beside the program; and no temporary directory can be written to.
    before = "import sys, tempfile\ntempfile.tempdir = '/no/such'\nsys.path.insert(0, '.')\nimport neighbour\n"
    done = run(gateway, directory, program, *flags, before=before)
    assert (done.returncode, done.stdout, done.stderr) == (0, "4\n", "")


def test_forks_are_quiet(gateway: Gateway, tmp_path: Path) -> None:
    program = """
        import multiprocessing
        import os
        import subprocess
        import sys

        ref = one.remote()
        for child in ("leaves", "ends", "uses"):
            pid = os.fork()
            if pid:
                assert os.waitpid(pid, 0)[1] == 0, child
            elif child == "leaves":
                os._exit(0)
            elif child == "ends":
                sys.exit(0)
            else:
                try:
                    ray.get(ref)
                except RuntimeError as error:
                    os._exit("in its forked child" not in str(error))
                os._exit(2)
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.map(abs, [-1]) == [1]
        subprocess.run([sys.executable, "-c", "import os; print(os.environ.get('GRPC_VERBOSITY'))"], check=True)
        assert ray.get(ref) == 1
    """
    done = run(gateway, tmp_path, program)
    assert (done.returncode, done.stdout, done.stderr) == (0, "None\n", "")


def test_daemon_threads_end_quietly(gateway: Gateway, tmp_path: Path) -> None:
    program = """
        import threading

        begun = threading.Barrier(4)

        def work(call):
            call()
            begun.wait()
            while True:
                call()

        for call in (lambda: ray.get(one.remote()), one.remote, lambda: ray.wait([one.remote()])):
            threading.Thread(target=work, args=(call,), daemon=True).start()
        begun.wait()
    """
    done = run(gateway, tmp_path, program)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
