from __future__ import annotations

import hashlib
import json
import os
import pickle
import types
import zipfile
from pathlib import Path

import pytest

from ray_client.errors import PackageError, PackageTooLargeError
from ray_client.packages import prepare_runtime_env
from ray_client.packages.archive import pack
from ray_client.packages.ignore import is_ignored, parse_rules
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

    def upload(self, path: Path, sha256: str) -> None:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
        self.packages[sha256] = names(path)

    def of(self, uri: str) -> list[str]:
        return self.packages[uri.removeprefix("package://")]


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.mark.parametrize(
    ("pattern", "path", "is_directory", "ignored"),
    [
        ("*.log", "a.log", False, True),
        ("*.log", "deep/er/a.log", False, True),
        ("*.log", "a.logs", False, False),
        ("/a.log", "b/a.log", False, False),
        ("b/a.log", "b/a.log", False, True),
        ("b/a.log", "c/b/a.log", False, False),
        ("**/b/a.log", "c/b/a.log", False, True),
        ("**/b", "b", True, True),
        ("b/**", "b/c/d", False, True),
        ("b/**", "b", True, False),
        ("a/**/z", "a/z", False, True),
        ("a/**/z", "a/b/c/z", False, True),
        ("build/", "build", True, True),
        ("build/", "build", False, False),
        ("?.py", "a.py", False, True),
        ("?.py", "ab.py", False, False),
        ("[a-c].py", "b.py", False, True),
        ("[!a-c].py", "b.py", False, False),
        ("# comment", "# comment", False, False),
        ("\\#name", "#name", False, True),
        ("trailing  ", "trailing", False, True),
        ("a+b(c)", "a+b(c)", False, True),
        ("", "x", False, False),
        ("/", "x", True, False),
        ("[z-a]", "b", False, False),
    ],
)
def test_ignore_rules_are_those_of_git(pattern: str, path: str, is_directory: bool, ignored: bool) -> None:
    assert is_ignored(parse_rules([pattern]), path, is_directory) is ignored


def test_the_last_rule_that_matches_decides() -> None:
    rules = parse_rules(["*.txt", "!keep.txt", "sub/keep.txt"])
    assert not is_ignored(rules, "keep.txt", False)
    assert is_ignored(rules, "sub/keep.txt", False)


def test_a_rule_holds_below_its_own_directory_only() -> None:
    rules = parse_rules(["/data"], base="sub/")
    assert is_ignored(rules, "sub/data", True)
    assert not is_ignored(rules, "data", True)


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


def test_what_is_ignored_stays_here(tmp_path: Path) -> None:
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
    package = pack(source, tmp_path / "1.zip", ["*.bin"])
    assert names(package.path) == [".gitignore", "a.py", "sub/.gitignore", "sub/x.tmp", "z"]


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
