"""`python -m ray_client run`: as Python would run the script, but for what `import ray` gives."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import ray_client


def run_cli(*arguments: str, cwd: Path, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "-m", "ray_client", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "scripts" / "script.py"


def write(script: Path, code: str) -> None:
    script.parent.mkdir(exist_ok=True)
    script.write_text(code)


FACTS = """
import __main__, os, sys
is_main = __main__.__file__ == __file__
print(__name__, __file__, sys.argv, sys.path[0], is_main, __spec__, __builtins__.__name__, sep="|")
"""


def test_the_script_sees_what_python_would_show_it(script: Path, tmp_path: Path) -> None:
    write(script, FACTS)
    arguments = ["scripts/script.py", "a", "--address", "-x"]
    natively = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=tmp_path)
    ours = run_cli("run", *arguments, cwd=tmp_path)
    assert ours.stdout == natively.stdout
    assert ours.stderr == natively.stderr == ""


def test_it_says_import_ray_and_finds_its_own_modules(script: Path, tmp_path: Path) -> None:
    write(script, "import neighbour, ray, ray.util.queue\nprint(ray.__name__, neighbour.ray is ray)\n")
    (script.parent / "neighbour.py").write_text("import ray\n")
    assert run_cli("run", str(script), cwd=tmp_path).stdout == "ray_client True\n"


def test_the_address_is_what_init_takes(script: Path, tmp_path: Path) -> None:
    write(script, "import ray\ntry:\n    ray.init('auto')\nexcept Exception as e:\n    print(e)\n")
    done = run_cli("run", "--address", "ray://no host", str(script), cwd=tmp_path)
    assert "cannot use the address 'ray://no host'" in done.stdout


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pass", 0),
        ("import sys; sys.exit(7)", 7),
        ("import sys; sys.exit('words')", 1),
        ("raise ValueError", 1),
        ("1 +", 1),
        ("raise KeyboardInterrupt", -signal.SIGINT),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("import os; os._exit(9)", 9),
    ],
)
def test_exit_codes_are_those_of_the_script(script: Path, tmp_path: Path, code: str, expected: int) -> None:
    write(script, code)
    assert run_cli("run", str(script), cwd=tmp_path).returncode == expected


def test_atexit_functions_and_threads_find_the_script_s_names(script: Path, tmp_path: Path) -> None:
    code = """
import atexit, pickle, threading, time
class Thing: ...
def later():
    time.sleep(0.1)
    pickle.loads(pickle.dumps(Thing()))
    print("thread done")
threading.Thread(target=later).start()
atexit.register(lambda: print(type(pickle.loads(pickle.dumps(Thing()))).__name__))
"""
    write(script, code)
    assert run_cli("run", str(script), cwd=tmp_path).stdout == "thread done\nThing\n"


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n    return 1 / 0\nf()\n",
        "try:\n    {}['x']\nexcept KeyError as e:\n    raise ValueError('y') from e\n",
        "if 1:\nx = (\n",
        "import nothing_of_that_name\n",
    ],
)
def test_tracebacks_are_those_that_python_shows(script: Path, tmp_path: Path, code: str) -> None:
    write(script, code)
    natively = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path)
    assert run_cli("run", str(script), cwd=tmp_path).stderr == natively.stderr


def test_tracebacks_end_where_the_user_s_code_does(script: Path, tmp_path: Path) -> None:
    write(script, "import ray\nray.get('no reference')\n")
    shown = run_cli("run", str(script), cwd=tmp_path).stderr
    assert f'File "{script}", line 2, in <module>' in shown
    assert shown.count("File ") == 1
    everything = run_cli("run", "--full-traceback", str(script), cwd=tmp_path).stderr
    assert "objects.py" in everything
    assert everything.splitlines()[-1] == shown.splitlines()[-1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A package with modules to run."""
    package = tmp_path / "project"
    (package / "empty").mkdir(parents=True)
    (package / "empty" / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    (package / "neighbour.py").write_text("import ray_client\n")
    shown = "__name__, __package__, __spec__.name, __file__, __cached__, sys.argv, sys.path[0], is_main"
    code = f"import __main__, sys\nfrom . import neighbour\nis_main = __main__.__spec__ is __spec__\nprint({shown})\n"
    (package / "__main__.py").write_text(code)
    (package / "program.py").write_text(code)
    (package / "wrong.py").write_text("1 / 0\n")
    (package / "ends.py").write_text("import sys\nsys.exit(5)\n")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("project",),
        ("project.program", "a", "--address", "-m"),
        ("project.ends",),
        ("project.nothing",),
        ("project.empty",),
        ("nothing",),
    ],
)
def test_a_module_runs_as_python_would_run_it(project: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", *arguments]
    natively = subprocess.run(command, capture_output=True, text=True, cwd=project)
    ours = run_cli("run", "--namespace", "n", "-m", *arguments, cwd=project)
    assert (ours.returncode, ours.stdout, ours.stderr) == (natively.returncode, natively.stdout, natively.stderr)


def test_what_fails_in_a_module_is_shown_without_our_frames(project: Path) -> None:
    done = run_cli("run", "-m", "project.wrong", cwd=project)
    assert done.returncode == 1
    assert done.stderr.count("File ") == 1
    assert done.stderr.rstrip().endswith("ZeroDivisionError: division by zero")


def test_what_a_module_lacks_is_not_taken_for_the_module(project: Path) -> None:
    (project / "project" / "__init__.py").write_text("import ray.no_data\n")
    done = run_cli("run", "-m", "project.program", cwd=project)
    assert "No module named 'ray.no_data' where `ray` is ray_client" in done.stderr
    assert "Traceback" in done.stderr


def test_address_and_namespace_go_before_the_script(script: Path, tmp_path: Path) -> None:
    write(script, "import os\nprint(os.environ['RAY_ADDRESS'], os.environ['RAY_NAMESPACE'])\n")
    done = run_cli("run", "--address", "ray://there", "--namespace", "mine", str(script), cwd=tmp_path)
    assert done.stdout == "ray://there mine\n"


CHILDREN = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
import ray  # again in each child, which imports this file
import ray.util.queue

def name(_):
    return ray.__name__

def grandchild(method):
    with multiprocessing.get_context(method).Pool(1) as pool:
        return pool.map(name, [1])

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    process = context.Process(target=print, args=("child",))
    process.start()
    process.join()
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        print(process.exitcode, pool.submit(name, 1).result(), pool.submit(grandchild, sys.argv[1]).result())
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_children_have_it_too(script: Path, tmp_path: Path, method: str) -> None:
    write(script, CHILDREN)
    done = run_cli("run", str(script), method, cwd=tmp_path)
    assert done.stderr == ""
    assert done.stdout == "child\n0 ray_client ['ray_client']\n"


def test_children_of_a_module_have_it_too(project: Path) -> None:
    (project / "project" / "children.py").write_text(CHILDREN)
    done = run_cli("run", "-m", "project.children", "spawn", cwd=project)
    assert done.stdout == "child\n0 ray_client ['ray_client']\n", done.stderr


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    done = run_cli("run", "none.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "can't open file 'none.py': No such file" in done.stderr


def test_beside_the_real_ray_it_must_be_asked_for(script: Path, tmp_path: Path) -> None:
    write(script, "import ray; print(ray.__name__)")
    (tmp_path / "ray.py").write_text("")
    refused = run_cli("run", str(script), cwd=tmp_path)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert run_cli("run", "--force", str(script), cwd=tmp_path).stdout == "ray_client\n"


def test_the_version(tmp_path: Path) -> None:
    assert run_cli("version", cwd=tmp_path).stdout.startswith(f"ray-client {ray_client.__version__}, Python 3.")
