from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution, version
from pathlib import Path

import pytest

import ray_client_proto
from ray_client import deploy
from ray_client.deploy.bundle import bundle

HERE = Path(deploy.__file__).parent


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_travels() -> None:
    made = bundle()
    files = contents(made.data)
    assert made.versions == {
        "ray-client-server": ray_client_proto.__version__,
        "ray-client-proto": ray_client_proto.__version__,
        "cloudpickle": version("cloudpickle"),
    }
    for name in (
        "start.sh",
        "launch.py",
        "own/ray_client_server/__main__.py",
        "own/ray_client_server/gateway/server.py",
        "own/ray_client_proto/v1/gateway_pb2.py",
        "own/ray_client_proto/wire/authentication.py",
        f"own/ray_client_server-{ray_client_proto.__version__}.dist-info/METADATA",
        "needed/cloudpickle/cloudpickle.py",
    ):
        assert files[name]
    assert not [
        name for name in files if name.endswith((".pyi", ".pyc", "py.typed", ".tar.gz")) or "__pycache__" in name
    ]
    assert made.name.startswith("_ray_pkg_") and made.name.endswith(".zip")
    assert len(made.data) < 1 << 20


def test_the_same_is_the_same() -> None:
    first, second = bundle(), bundle()
    assert first == second


def test_what_is_there_of_each_package_is_complete() -> None:
    files = contents(bundle().data)
    root = Path(ray_client_proto.__file__).parent
    modules = {f"own/ray_client_proto/{path.relative_to(root).as_posix()}" for path in root.rglob("*.py")}
    assert modules == {name for name in files if name.startswith("own/ray_client_proto/")}


def test_another_content_is_another_archive(tmp_path: Path) -> None:
    names = set()
    for number in ("1.0", "1.1"):
        directory = tmp_path / number
        directory.mkdir()
        for package in ("ray_client_server", "ray_client_proto"):
            with zipfile.ZipFile(directory / f"{package}-{number}-py3-none-any.whl", "w") as wheel:
                wheel.writestr(f"{package}/__init__.py", "")
                wheel.writestr(f"{package}/py.typed", "")
                wheel.writestr(f"{package}-{number}.dist-info/METADATA", f"Name: {package}\nVersion: {number}\n")
        made = bundle(directory)
        assert made.release == number and "own/ray_client_server/__init__.py" in contents(made.data)
        assert "own/ray_client_server/py.typed" not in contents(made.data)
        names.add(made.name)
    assert len(names) == 2


def test_a_wheel_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="one wheel of ray_client_server"):
        bundle(tmp_path)


def test_a_zipped_application_has_the_same_archive(tmp_path: Path) -> None:
    application = tmp_path / "application.zip"
    with zipfile.ZipFile(application, "w") as archive:
        for package in ("ray_client", "ray_client_proto", "cloudpickle", "pathspec"):
            root = Path(__import__(package).__file__).parent
            for path in root.rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.write(path, f"{package}/{path.relative_to(root)}")
        for name in ("ray-client", "ray-client-proto", "cloudpickle"):
            directory = f"{name.replace('-', '_')}-{version(name)}.dist-info"
            archive.writestr(f"{directory}/METADATA", distribution(name).read_text("METADATA") or "")
        if "ray_client_proto/server.tar.gz" not in archive.namelist():  # in a source tree
            archive.writestr("ray_client_proto/server.tar.gz", _carried())
    code = f"import sys; sys.path.insert(0, {str(application)!r})\n"
    code += "import ray_client; assert 'application.zip' in ray_client.__file__\n"
    code += "from ray_client.deploy.bundle import bundle; print(bundle().name)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout.strip() == bundle().name, done.stderr


def _carried() -> bytes:
    """Give the server as the protocol's wheel carries it, of what the archive has of it."""
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in contents(bundle().data).items():
            if name.startswith("own/ray_client_server/"):
                entry = tarfile.TarInfo(name.removeprefix("own/"))
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


posix = pytest.mark.skipif(os.name == "nt", reason="clusters run on POSIX")


@posix
def test_the_start_says_when_no_python_has_that_ray(tmp_path: Path) -> None:
    shutil.copy(HERE / "start.sh", tmp_path)
    done = subprocess.run(
        ["sh", "start.sh", "run-1", "2.99.0"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "ray-client deploy: run run-1"
    assert "none of these has Ray 2.99.0" in done.stdout and "python3" in done.stdout


@posix
def test_the_start_takes_the_python_that_has_it(tmp_path: Path) -> None:
    shutil.copy(HERE / "start.sh", tmp_path)
    (tmp_path / "launch.py").write_text("import sys; print('launched', sys.argv[1:])")
    (tmp_path / "ray-2.99.0.dist-info").mkdir()
    (tmp_path / "ray-2.99.0.dist-info" / "METADATA").write_text("Name: ray\nVersion: 2.99.0\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        ["sh", "start.sh", "run-1", "2.99.0", "--port", "5"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert done.returncode == 0 and "launched ['--port', '5']" in done.stdout, done.stdout + done.stderr


@posix
def test_the_launcher_becomes_the_server_and_tells_where_it_runs(tmp_path: Path) -> None:
    shutil.copy(HERE / "launch.py", tmp_path)
    server = tmp_path / "own" / "ray_client_server"
    server.mkdir(parents=True)
    (server / "__init__.py").touch()
    (server / "__main__.py").write_text("import os, sys; print(os.getpid(), os.environ['PYTHONPATH'], sys.argv[1:])")
    environment = {**os.environ, "PYTHONPATH": "/before"}
    done = subprocess.run(
        [sys.executable, "launch.py", "--port", "5"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    told, printed = done.stdout.splitlines()
    facts = json.loads(told.removeprefix("ray-client deploy: runs as "))
    assert facts["python"] == sys.executable
    assert printed == f"{facts['pid']} {tmp_path / 'own'}:/before ['start', '--port', '5']"
