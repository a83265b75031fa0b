from __future__ import annotations

import hashlib
import json
import os
import pickle
import types
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ray_client.errors import PackageError, PackageTooLargeError
from ray_client.packages import Package, archive, prepare_runtime_env
from ray_client.packages.archive import pack
from ray_client.packages.ignore import ignored
from ray_client.runtime_env import RuntimeEnv, RuntimeEnvConfig


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


class Gateway:
    """Keeps what is uploaded, as `{hash: names}`."""

    def __init__(self) -> None:
        self.packages: dict[str, list[str]] = {}

    def upload(self, package: Package) -> None:
        assert hashlib.sha256(package.path.read_bytes()).hexdigest() == package.sha256
        self.packages[package.sha256] = names(package.path)

    def of(self, uri: str) -> list[str]:
        return self.packages[uri.removeprefix("package://")]


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.mark.parametrize(
    ("patterns", "path", "is_left_out"),
    [
        (["*.log"], "deep/er/a.log", True),
        (["*.log"], "a.logs", False),
        (["/a.log"], "b/a.log", False),
        (["b/a.log"], "c/b/a.log", False),
        (["**/b/a.log"], "c/b/a.log", True),
        (["b"], "b/c/d", True),
        (["b/**"], "b", False),
        (["a/**/z"], "a/z", True),
        (["build/"], "build", False),  # Ray does not say that it is a directory,
        (["build/"], "build/x", True),  # and leaves out what is in it
        (["?.py"], "ab.py", False),
        (["[!a-c].py"], "b.py", False),
        (["# comment"], "# comment", False),
        (["\\#name"], "#name", True),
        (["trailing  "], "trailing", True),
        (["a\\\\b"], "a\\b", True),
        (["caf\udce9"], "caf\udce9", True),
        (["", "/"], "x", False),
        (["*.txt", "!keep.txt", "sub/keep.txt"], "keep.txt", False),
        (["*.txt", "!keep.txt", "sub/keep.txt"], "sub/keep.txt", True),
    ],
)
def test_patterns_are_those_of_git(patterns: list[str], path: str, is_left_out: bool) -> None:
    assert ignored(patterns, "here").has(path) is is_left_out


def test_patterns_hold_below_their_own_directory_and_take_nothing_back() -> None:
    above = ignored(["*.txt"], "here")
    below = ignored(["/data", "!a.txt"], "here", "sub/", above)
    assert below.has("sub/data")
    assert not below.has("sub/deeper/data")
    assert below.has("sub/a.txt")


@pytest.mark.parametrize("pattern", ["[z-a]", "!", "\\"])
def test_a_pattern_that_makes_no_sense(tmp_path: Path, pattern: str) -> None:
    source = tree(tmp_path / "source", {".gitignore": f"a\n{pattern}\n"})
    with pytest.raises(PackageError, match=r"source/\.gitignore.*makes no sense"):
        pack(source, tmp_path / "1.zip")


def test_a_package_depends_on_contents_only(tmp_path: Path) -> None:
    files = {"b.py": "2", "a.py": "1", "sub/c.py": "3"}
    one = tree(tmp_path / "one", files)
    two = tree(tmp_path / "two", dict(reversed(files.items())))
    os.utime(two / "a.py", (0, 0))
    first, second = pack(one, tmp_path / "1.zip"), pack(two, tmp_path / "2.zip")
    assert first.sha256 == second.sha256
    assert names(first.path) == ["a.py", "b.py", "sub/c.py"]
    (two / "a.py").chmod(0o755)
    assert pack(two, tmp_path / "3.zip").sha256 != first.sha256


def test_what_is_ignored_stays_here(tmp_path: Path, gateway: Gateway) -> None:
    source = tree(
        tmp_path / "source",
        {
            "a.py": "",
            ".git/config": "",
            "sub/.git/x": "",
            ".venv/x": "",
            "__pycache__/a.pyc": "",
            ".gitignore": "*.tmp\nout/\n",
            "x.tmp": "",
            "out/y": "",
            "sub/.gitignore": "!x.tmp\nz\n",
            "sub/x.tmp": "",
            "sub/z": "",
            "z": "",
            "model.bin": "",
        },
    )
    env = {"working_dir": str(source), "excludes": ["*.bin"]}
    uri = prepare_runtime_env(env, gateway.upload)["working_dir"]
    assert gateway.of(uri) == [".gitignore", "a.py", "sub/.gitignore", "z"]


def test_files_that_git_ignores_are_packed_when_asked_for(
    tmp_path: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {".gitignore": "a\n", "a": "", ".rayignore": "b\n", "b": "", "venv/x": "", ".git/x": "", "z/y": ""}
    source = tree(tmp_path / "source", files)
    assert "gitignore" not in pack(source, tmp_path / "1.zip").special
    monkeypatch.setenv("RAY_RUNTIME_ENV_IGNORE_GITIGNORE", "1")
    uri = prepare_runtime_env({"working_dir": str(source)}, gateway.upload)["working_dir"]
    assert gateway.of(uri) == [".gitignore", ".rayignore", "a", "z/y"]
    assert "gitignore" in pack(source, tmp_path / "2.zip").special
    monkeypatch.setenv("RAY_OVERRIDE_RUNTIME_ENV_DEFAULT_EXCLUDES", "z , .git")
    uri = prepare_runtime_env({"working_dir": str(source)}, gateway.upload)["working_dir"]
    assert gateway.of(uri) == [".gitignore", ".rayignore", "a", "venv/x"]


def test_modules_have_nothing_left_out_by_default(tmp_path: Path, gateway: Gateway) -> None:
    source = tree(tmp_path / "tool", {"__init__.py": "", "venv/x.py": ""})
    [uri] = prepare_runtime_env({"py_modules": [str(source)]}, gateway.upload)["py_modules"]
    assert gateway.of(uri) == ["tool/__init__.py", "tool/venv/x.py"]


def test_empty_directories_are_packed(tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"full/a": "", "all/x.tmp": "", ".gitignore": "*.tmp\nbuild/\nno\n"})
    for name in ("empty", "full/empty", "build", "no"):
        (source / name).mkdir()
    assert names(pack(source, tmp_path / "1.zip").path) == [".gitignore", "build/", "empty/", "full/a", "full/empty/"]
    assert names(pack(source / "empty", tmp_path / "2.zip").path) == []
    assert names(pack(source / "empty", tmp_path / "3.zip", prefix="empty/").path) == ["empty/"]


@pytest.mark.parametrize("name", [b"new\nline", "ünï 日本 🎉".encode(), b" ", b"~$x", b"#h", b"sub:c"])
def test_odd_names(tmp_path: Path, name: bytes, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "source").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "source") + b"/" + name)).write_text("x")
    assert names(pack(tmp_path / "source", tmp_path / "1.zip").path) == [name.decode()]
    assert not caplog.records


@pytest.mark.parametrize(("name", "is_special"), [("a\\b", True), ("c:d", False)])
def test_names_that_ray_does_not_unpack(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, is_special: bool
) -> None:
    package = pack(tree(tmp_path / "source", {name: "x", "plain": ""}), tmp_path / "1.zip")
    assert names(package.path) == [name, "plain"]
    assert ("backslash" in package.special) is is_special
    assert f"newer Rays do not unpack; rename or exclude them: {name!r}" in caplog.text


def test_names_that_are_not_in_utf_8(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = tree(tmp_path / "source", {"plain": ""})
    for number in range(7):
        Path(os.fsdecode(os.fsencode(source) + b"/caf\xe9%d" % number)).write_text("x")
    assert names(pack(source, tmp_path / "1.zip").path) == ["plain"]
    [record] = caplog.records
    assert "has 7 files whose names are not in UTF-8, and are left out; rename or exclude them: " in record.getMessage()
    assert r"b'caf\xe90', b'caf\xe91'" in record.getMessage()
    caplog.clear()
    assert names(pack(source, tmp_path / "2.zip", ["caf*"]).path) == ["plain"]
    assert not caplog.records


class Changing:
    """Does something to a file after it was listed, and before it is packed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]) -> None:
        real = archive._add

        def add(zipped: zipfile.ZipFile, path: Path, name: str) -> None:
            change(path)
            real(zipped, path, name)

        monkeypatch.setattr(archive, "_add", add)


def to_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def to_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Path.unlink, "went while it was packed"),
        (to_pipe, "went while it was packed"),
        (to_directory, "Is a directory"),
        (lambda path: (path.unlink(), path.symlink_to(path)), "Too many levels"),
    ],
)
def test_a_file_that_goes_while_it_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object], reason: str
) -> None:
    source = tree(tmp_path / "source", {"a.py": "1"})
    Changing(monkeypatch, change)
    with pytest.raises(PackageError, match=rf"{reason}.*exclude it"):
        pack(source, tmp_path / "1.zip")


def test_a_file_that_shrinks_or_grows_while_it_is_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tree(tmp_path / "source", {"a.log": "12345678"})
    monkeypatch.setattr(archive, "_COPY_BYTES", 4)
    real = zipfile.ZipFile.open

    def grow(self: zipfile.ZipFile, *args: Any, **kwargs: Any) -> Any:
        with (source / "a.log").open("a") as file:
            file.write("9" * 100)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(zipfile.ZipFile, "open", grow)
    path = pack(source, tmp_path / "1.zip").path
    monkeypatch.undo()
    with zipfile.ZipFile(path) as zipped:
        assert zipped.read("a.log") == b"12345678"
    Changing(monkeypatch, lambda path: path.write_text("1"))
    with zipfile.ZipFile(pack(source, tmp_path / "2.zip").path) as zipped:
        assert zipped.read("a.log") == b"1"


def test_nothing_is_sent_before_all_is_packed(tmp_path: Path, gateway: Gateway) -> None:
    source = tree(tmp_path / "source", {"a.py": "1"})
    shipped: dict[str, str] = {}
    with pytest.raises(PackageError, match="no such file"):
        prepare_runtime_env({"working_dir": str(source), "py_modules": ["/no/such"]}, gateway.upload, shipped)
    assert gateway.packages == shipped == {}


def test_times_before_1980_and_modes(tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"run.sh": "", "data": ""})
    os.utime(source / "data", (-1e9, -1e9))
    (source / "run.sh").chmod(0o700)
    with zipfile.ZipFile(pack(source, tmp_path / "1.zip").path) as zipped:
        modes = {entry.filename: entry.external_attr >> 16 for entry in zipped.infolist()}
    assert modes == {"data": 0o100644, "run.sh": 0o100755}


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"a.py": "1"})
    tree(tmp_path / "elsewhere", {"b.py": "2"})
    (source / "there").symlink_to(tmp_path / "elsewhere")
    (source / "me").symlink_to(source)
    (source / "nowhere").symlink_to(tmp_path / "gone")
    os.mkfifo(source / "pipe")
    assert names(pack(source, tmp_path / "1.zip").path) == ["a.py", "there/b.py"]


def test_a_package_that_is_too_large_names_its_largest_files(tmp_path: Path) -> None:
    source = tree(tmp_path / "source", {"small": "x", "large": "x" * 2000, "larger": "x" * 3000})
    with pytest.raises(PackageTooLargeError, match=r"larger .*large .*small") as raised:
        pack(source, tmp_path / "1.zip", limit_bytes=1000)
    assert raised.value.largest[0] == ("larger", 3000)
    assert not (tmp_path / "1.zip").exists()


def test_a_working_dir_becomes_a_package(tmp_path: Path, gateway: Gateway) -> None:
    source = tree(tmp_path / "source", {"a.py": "1", "b.csv": "2"})
    prepared = prepare_runtime_env({"working_dir": str(source), "excludes": ["*.csv"]}, gateway.upload)
    assert set(prepared) == {"working_dir"}
    assert gateway.of(prepared["working_dir"]) == ["a.py"]


def test_a_zip_file_is_sent_as_it_is(tmp_path: Path, gateway: Gateway) -> None:
    path = pack(tree(tmp_path / "source", {"a.py": "1"}), tmp_path / "1.zip").path
    prepared = prepare_runtime_env({"working_dir": str(path)}, gateway.upload)
    assert prepared["working_dir"] == "package://" + hashlib.sha256(path.read_bytes()).hexdigest()


def test_py_modules_lie_side_by_side_at_the_top(tmp_path: Path, gateway: Gateway) -> None:
    package = tree(tmp_path / "mine", {"__init__.py": "", "sub/x.py": ""})
    single = tree(tmp_path, {"alone.py": ""}) / "alone.py"
    imported = types.ModuleType("mine")
    imported.__path__ = [str(package)]
    uris = prepare_runtime_env({"py_modules": [str(package), single, imported]}, gateway.upload)["py_modules"]
    assert gateway.of(uris[0]) == ["mine/__init__.py", "mine/sub/x.py"]
    assert gateway.of(uris[1]) == ["alone.py"]
    assert uris[2] == uris[0]


def test_what_is_elsewhere_stays_as_it_is_written(gateway: Gateway) -> None:
    env = {"working_dir": "s3://b/a.zip", "py_modules": ["https://h/m.zip"], "pip": ["x==1"], "env_vars": {"A": "1"}}
    assert prepare_runtime_env({**env, "conda": None}, gateway.upload) == env
    assert prepare_runtime_env(None, gateway.upload) == {}
    assert gateway.packages == {}


def test_a_requirements_file_becomes_its_lines(tmp_path: Path, gateway: Gateway) -> None:
    path = tree(tmp_path, {"requirements.txt": "a==1\n\nb\n"}) / "requirements.txt"
    assert prepare_runtime_env({"pip": str(path)}, gateway.upload)["pip"] == ["a==1", "b"]
    nested = prepare_runtime_env({"pip": {"packages": str(path), "pip_check": True}}, gateway.upload)
    assert nested["pip"] == {"packages": ["a==1", "b"], "pip_check": True}


@pytest.mark.parametrize(
    ("env", "error", "text"),
    [
        ({"working_dir": "/no/such/dir"}, PackageError, "no such file"),
        ({"working_dir": 7}, TypeError, "must be a string"),
        ({"py_modules": "x"}, TypeError, "must be a list"),
        ({"py_modules": [7]}, TypeError, "imported modules"),
        ({"env_vars": {"A": 1}}, TypeError, "env_vars"),
        ({"pip": [], "conda": "x"}, ValueError, "only one of"),
        ({"excludes": "*.py"}, TypeError, "excludes"),
        ({"worker_process_setup_hook": print}, TypeError, "name of a function"),
        ({"x": object()}, TypeError, "plain values"),
    ],
)
def test_nonsense_is_refused(env: dict[str, object], error: type[Exception], text: str, gateway: Gateway) -> None:
    with pytest.raises(error, match=text):
        prepare_runtime_env(env, gateway.upload)


def test_ray_judges_an_environment_before_anything_is_packed(tmp_path: Path, gateway: Gateway) -> None:
    tool = tree(tmp_path / "tool", {"__init__.py": ""})
    asked = []

    def refuse(env: dict[str, object]) -> None:
        asked.append(env)
        raise ValueError("no pip here")

    env = {"working_dir": str(tool), "py_modules": [str(tool), "s3://bucket/a.zip"], "pip": ["a"], "excludes": ["b"]}
    with pytest.raises(ValueError, match="no pip here"):
        prepare_runtime_env(env, gateway.upload, check=refuse)
    assert asked == [{"working_dir": "package://", "py_modules": ["package://", "s3://bucket/a.zip"], "pip": ["a"]}]
    assert not gateway.packages


@pytest.mark.parametrize("has_variables", [True, False])
def test_ray_is_not_asked_about_what_it_cannot_refuse(tmp_path: Path, gateway: Gateway, has_variables: bool) -> None:
    tool = tree(tmp_path / "tool", {"__init__.py": ""})
    env = {"env_vars": {"A": "1"}} if has_variables else {}

    def fail(_: dict[str, object]) -> None:
        raise AssertionError("asked")

    prepare_runtime_env({**env, "working_dir": str(tool), "py_modules": [tool]}, gateway.upload, check=fail)
    prepare_runtime_env(env, gateway.upload, check=fail)
    assert gateway.packages


def test_runtime_env_is_a_dictionary_of_what_was_given() -> None:
    env = RuntimeEnv(pip=["x"], env_vars={"A": "1"}, config=RuntimeEnvConfig(setup_timeout_seconds=5))
    assert env == {
        "pip": ["x"],
        "env_vars": {"A": "1"},
        "config": {"setup_timeout_seconds": 5, "eager_install": True, "log_files": []},
    }
    assert json.loads(json.dumps(env)) == env.to_dict()
    assert type(pickle.loads(pickle.dumps(env))) is dict
    with pytest.raises(ValueError, match="only one of"):
        RuntimeEnv(pip=["x"], conda="y")


def test_a_package_is_hashed_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work" / "empty").mkdir(parents=True)
    (tmp_path / "work" / "a.bin").write_bytes(bytes(range(256)) * 10_000)
    (tmp_path / "work" / "b.py").write_text("B = 1")
    monkeypatch.setattr(archive, "describe", None)  # what reads a file that is there
    packed = archive.pack(tmp_path / "work", tmp_path / "x.zip")
    assert packed.sha256 == hashlib.sha256((tmp_path / "x.zip").read_bytes()).hexdigest()
    with zipfile.ZipFile(tmp_path / "x.zip") as found:
        assert found.testzip() is None and sorted(found.namelist()) == ["a.bin", "b.py", "empty/"]
