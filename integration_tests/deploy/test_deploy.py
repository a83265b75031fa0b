"""`ray-client deploy` onto real clusters that have never heard of us."""

from __future__ import annotations

import json
import signal
import sys
import textwrap
from pathlib import Path

import pytest
from cluster import Head, plain_python
from deploy.conftest import Laptop, is_clean, mode_of, seen_by_others, servers
from processes import Process

PROGRAM = """
import os
import sys

import ray


@ray.remote
def look():
    job = os.environ.get("RAY_JOB_CONFIG_JSON_ENV_VAR")
    ours = [name for name in sys.modules if "ray_client" in name]
    return open("bread.txt").read(), os.environ.get("BREAD"), job, ours


ray.init(runtime_env={"working_dir": "data", "env_vars": {"BREAD": "rye"}})
print(ray.get(look.remote()), ray.__version__)
"""


def test_from_nothing_to_a_program_and_back_to_nothing(plain: Head, laptop: Laptop, port: int) -> None:
    url = plain.dashboard
    done = laptop.run("deploy", url, "--port", str(port))
    assert done.returncode == 0, done.stdout
    assert "uploading" in done.stdout and f"ray://127.0.0.1:{port}, which can be reached from here" in done.stdout
    # `python` on the PATH is another one.
    assert f"runs with {plain_python('newest').parent}" in done.stdout

    [known] = laptop.known()
    assert known["token"] not in seen_by_others(plain) + done.stdout
    [file] = (laptop.home / ".config" / "ray-client" / "clusters").iterdir()
    assert (mode_of(file), mode_of(file.parent)) == (0o600, 0o700)

    status = laptop.run("deploy", "--status", "--json", url)
    found = json.loads(status.stdout)
    assert status.returncode == 0 and found["is_ready"] and found["is_reachable"]
    assert found["address"] == f"ray://127.0.0.1:{port}"

    (laptop.home / "data").mkdir()
    (laptop.home / "data" / "bread.txt").write_text("fresh")
    program = laptop.program(PROGRAM)
    ran = laptop.run("run", "--address", url, program)
    assert ran.returncode == 0 and ran.stdout.endswith("('fresh', 'rye', None, []) 2.60.0\n"), ran.stdout
    by_variable = laptop.run("run", program, RAY_ADDRESS=url)
    assert by_variable.stdout == ran.stdout
    assert laptop.run("run", "--address", f"ray://127.0.0.1:{port}", program).stdout == ran.stdout  # the token is known

    again = laptop.run("deploy", url, "--port", str(port))
    assert again.returncode == 0 and "already there" in again.stdout and "uploading" not in again.stdout

    gone = laptop.run("undeploy", url)
    assert gone.returncode == 0, gone.stdout
    assert is_clean(plain) and not laptop.known()
    missing = laptop.run("run", "--address", url, program)
    assert missing.returncode == 1 and f"`ray-client deploy {url}` brings one" in missing.stdout
    assert laptop.run("deploy", "--status", url).returncode == laptop.run("undeploy", url).returncode == 1


def test_the_oldest_ray(laptop: Laptop, port: int) -> None:
    head = Head.start(with_dashboard=True, python=plain_python("oldest"))
    try:
        (laptop.home / "data").mkdir()
        (laptop.home / "data" / "bread.txt").write_text("fresh")
        done = laptop.run("deploy", head.dashboard, "--port", str(port))
        assert done.returncode == 0, done.stdout
        ran = laptop.run("run", "--address", head.dashboard, laptop.program(PROGRAM))
        assert ran.stdout.endswith("('fresh', 'rye', None, []) 2.40.0\n"), ran.stdout
        assert laptop.run("undeploy", head.dashboard).returncode == 0
        assert is_clean(head)
    finally:
        head.close()


def test_a_program_as_it_is_onto_a_cluster_as_it_is(plain: Head, laptop: Laptop, port: int) -> None:
    (laptop.home / "data").mkdir()
    (laptop.home / "data" / "bread.txt").write_text("fresh")
    laptop.program("import runpy\nprint(runpy.run_path('program.py')['look'] is not None)", "unused.py")
    chosen = laptop.run("deploy", plain.dashboard, "--port", str(port))  # `run --deploy` takes the usual port
    assert chosen.returncode == 0, chosen.stdout
    ran = laptop.run("run", "--address", plain.dashboard, "--deploy", laptop.program(PROGRAM))
    assert ran.stdout.endswith("('fresh', 'rye', None, []) 2.60.0\n"), ran.stdout
    assert laptop.run("undeploy", plain.dashboard).returncode == 0
    refused = laptop.run("run", "--address", "ray://127.0.0.1:1", "--deploy", "program.py")
    assert refused.returncode == 2 and "--address http://head:8265" in refused.stdout


def test_init_brings_the_server(plain: Head, laptop: Laptop) -> None:
    program = """
        import ray_client as ray

        context = ray.init({url!r}, deploy=True, direct=False)
        print(ray.get(ray.remote(lambda: "there").remote()), context.dashboard_url is not None)
    """
    path = laptop.program(textwrap.dedent(program).format(url=plain.dashboard))
    process = Process([sys.executable, path], laptop.environment(), laptop.home)
    assert process.wait(90) == 0, process.describe()
    assert any("bringing a server onto the cluster" in line for line in process.lines)
    assert any(line.startswith("there") for line in process.lines)
    assert laptop.run("undeploy", plain.dashboard).returncode == 0
    assert is_clean(plain)


@pytest.mark.by_hand
def test_another_release_takes_the_place(plain: Head, laptop: Laptop, port: int, other_release: Path) -> None:
    url = plain.dashboard
    first = laptop.run("deploy", url, "--port", str(port), "--wheels", str(other_release))
    assert first.returncode == 0 and "99.0.1" in first.stdout, first.stdout
    [pid] = [json.loads(laptop.run("deploy", "--status", "--json", url).stdout)["pid"]]
    second = laptop.run("deploy", url, "--port", str(port))
    assert second.returncode == 0 and "ending the server of release 99.0.1" in second.stdout, second.stdout
    assert pid not in servers(plain)
    third = laptop.run("deploy", url, "--port", str(port), "--", "--limit-sessions", "7")
    assert third.returncode == 1 and "--replace" in third.stdout
    fourth = laptop.run("deploy", url, "--port", str(port), "--replace", "--", "--limit-sessions", "7")
    assert fourth.returncode == 0, fourth.stdout
    assert laptop.run("undeploy", url).returncode == 0
    assert is_clean(plain)


@pytest.mark.by_hand
def test_somebody_elses_server(
    plain: Head, laptop: Laptop, port: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Laptop(tmp_path_factory.mktemp("other"))
    (other.home / "token").write_text("a token\n")
    refused = other.run("deploy", plain.dashboard, "--token-file", "token")
    assert refused.returncode == 2 and "without spaces" in refused.stdout
    (other.home / "token").write_text("chosen-by-a-person\n")
    done = other.run("deploy", plain.dashboard, "--port", str(port), "--token-file", "token")
    assert done.returncode == 0, done.stdout
    assert "chosen-by-a-person" not in seen_by_others(plain) + done.stdout
    unknown = laptop.run("deploy", plain.dashboard, "--port", str(port))
    assert unknown.returncode == 1 and "its token is not known here" in unknown.stdout
    program = laptop.program("import ray\nray.init()\nprint('in')\n")
    assert "its token is not known here" in laptop.run("run", "--address", plain.dashboard, program).stdout
    wrong = laptop.run("run", "--address", plain.dashboard, program, RAY_CLIENT_TOKEN="another-one-0123456789")
    assert wrong.returncode == 1 and "is not the server's" in wrong.stdout
    right = laptop.run("run", "--address", plain.dashboard, program, RAY_CLIENT_TOKEN="chosen-by-a-person")
    assert right.returncode == 0 and right.stdout.endswith("in\n"), right.stdout
    assert other.run("undeploy", plain.dashboard).returncode == 0
    assert is_clean(plain)


@pytest.mark.by_hand
def test_calls_have_time_to_finish(plain: Head, laptop: Laptop, port: int) -> None:
    program = """
        import ray_client as ray, sys, time

        ray.init({url!r}, direct=False)
        ref = ray.remote(time.sleep).remote(float(sys.argv[1]))
        print("started", flush=True)
        ray.get(ref)
        print("finished", flush=True)
    """
    path = laptop.program(
        textwrap.dedent(program.replace("time.sleep)", "lambda s: time.sleep(s))")).format(url=plain.dashboard)
    )
    assert laptop.run("deploy", plain.dashboard, "--port", str(port)).returncode == 0
    short = Process([sys.executable, path, "3"], laptop.environment(), laptop.home)
    short.wait_for_line("started", 30)
    assert laptop.run("undeploy", plain.dashboard).returncode == 0
    assert short.wait(30) == 0, short.describe()

    assert laptop.run("deploy", plain.dashboard, "--port", str(port)).returncode == 0
    long = Process([sys.executable, path, "600"], laptop.environment(), laptop.home)
    try:
        long.wait_for_line("started", 30)
        hurried = laptop.run("undeploy", plain.dashboard, "--drain-s", "0")
        assert hurried.returncode == 0 and "ending it at once" in hurried.stdout
        assert is_clean(plain)
    finally:
        long.send(signal.SIGKILL)


@pytest.mark.parametrize("moment", ["starting it as the job", "runs with"])
def test_ctrl_c_leaves_nothing_half_done(plain: Head, laptop: Laptop, port: int, moment: str) -> None:
    process = laptop.start("deploy", plain.dashboard, "--port", str(port))
    process.wait_for_line(moment, 60)
    process.send(signal.SIGINT)
    assert process.wait(60) == 130, process.describe()
    assert is_clean(plain) and not laptop.known()
