"""What a runtime environment asks of the gateway."""

from __future__ import annotations

import pytest

from ray_client_server.errors import InvalidRequestError
from ray_client_server.gateway import environment


def nowhere(sha256):
    raise AssertionError(f"nobody asked for {sha256}")


def test_modules_of_packages_are_named_one_by_one_and_their_directory_can_be_imported_from(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    laid_out = environment.lay_out({"py_modules": ["package://abc", "s3://b/x.zip"]}, lambda _: tmp_path)
    assert laid_out.runtime_env["py_modules"] == [str(tmp_path / "one"), str(tmp_path / "two"), "s3://b/x.zip"]
    assert laid_out.python_paths == (str(tmp_path),)
    assert laid_out.packages == ("abc",)


def test_what_was_asked_for_is_not_changed(tmp_path):
    asked = {"working_dir": "package://abc", "env_vars": {"A": "1"}}
    laid_out = environment.lay_out(asked, lambda _: tmp_path)
    assert asked["working_dir"] == "package://abc" and laid_out.runtime_env["env_vars"] == {"A": "1"}


@pytest.mark.parametrize("key", sorted(environment.BUILT_KEYS))
def test_what_ray_has_to_build_is_told_apart(key):
    assert environment.lay_out({key: "something"}, nowhere).is_built
    assert not environment.lay_out({key: None, "env_vars": {}}, nowhere).is_built


def test_a_directory_of_this_node_is_taken_as_it_is_and_anything_else_is_for_ray_to_fetch(tmp_path):
    here = environment.lay_out({"working_dir": str(tmp_path)}, nowhere)
    assert (here.working_dir, here.is_built) == (str(tmp_path), False)
    there = environment.lay_out({"working_dir": "s3://bucket/a.zip"}, nowhere)
    assert (there.working_dir, there.is_built) == (None, True)


def test_nothing_is_an_environment_too():
    assert environment.parse("") == {}
    assert environment.lay_out({}, nowhere) == environment.Environment({}, None, (), (), False)


@pytest.mark.parametrize("text", ["[" * 100_000, "nonsense", "3"])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(InvalidRequestError):
        environment.parse(text)
