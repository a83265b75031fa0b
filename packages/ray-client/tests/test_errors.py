from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from ray_client import errors

CLASSES: list[type[errors.RayClientError]] = [getattr(errors, name) for name in errors.__all__]


def made(cls: type[errors.RayClientError]) -> errors.RayClientError:
    """Give an error with a value of its own in each field."""
    if not inspect.isfunction(cls.__init__):  # it takes its message as it is
        return cls("what happened; what to do")
    values: dict[str, object] = {}
    for number, parameter in enumerate(inspect.signature(cls).parameters.values()):
        kinds = {"bool": True, "int": number, "float": number + 0.5, "Sequence[tuple[str, int]]": [("f", number)]}
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            values[parameter.name] = kinds.get(parameter.annotation, f"{parameter.name}-{number}")
    return cls(**values)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_errors_carry_their_fields_and_survive_pickling(cls: type[errors.RayClientError]) -> None:
    error = made(cls)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is cls
        assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))
    for value in vars(error).values():
        if isinstance(value, str):
            assert value in str(error)
    assert "; " in str(error) or ", " in str(error)  # what happened, then what to do


def test_the_tree_in_the_docstring_is_complete() -> None:
    tree = (errors.__doc__ or "").splitlines()
    drawn = [line for line in tree if "──" in line or line.strip() == "RayClientError"]
    assert [line.split("── ")[-1].split()[0] for line in drawn] == [cls.__name__ for cls in CLASSES]
    for line, cls in zip(drawn, CLASSES, strict=True):
        builtin = line.partition("(")[2].partition(")")[0]
        names = {base.__name__ for base in cls.__mro__} | {f"pickle.{base.__name__}" for base in cls.__mro__}
        assert not builtin or set(builtin.split(", ")) <= names


def test_what_to_do_depends_on_the_reason() -> None:
    assert "runtime_env" in str(errors.SessionOpenError("RUNTIME_ENV_FAILED", "pip"))
    assert "install the package of 'numpy' in this" in str(errors.UnpicklingError("x", "client", "no", "numpy"))
    assert "add it with runtime_env" in str(errors.UnpicklingError("x", "cluster", "no", "numpy"))
    assert "largest: a.bin (2.0 MiB)" in str(errors.PackageTooLargeError("p", 9, 8, [("a.bin", 2 << 20)]))


@pytest.mark.parametrize(
    ("client", "server", "older", "first", "second"),
    [
        (("0.3.0", "2-3"), ("0.1.0", "1-1"), "server", "ray-client-server~=0.3.0", "ray-client~=0.1.0"),
        (("0.1.0", "1-1"), ("0.3.0", "2-3"), "client", "ray-client~=0.3.0", "ray-client-server~=0.1.0"),
        (("0.1.0", "1-9"), ("0.9.0.dev0+here", "10-10"), "client", "ray-client~=0.9.0.dev0", "server~=0.1.0"),
        (("0.1.0", "1-1"), ("", "0-0"), "server", "ray-client-server~=0.1.0", "pip install --upgrade ray-client`"),
    ],
)
def test_versions_that_do_not_go_together_say_what_to_install(client, server, older, first, second) -> None:
    error = errors.IncompatibleVersionError(*client, *server)
    assert (error.older, isinstance(error, ConnectionError)) == (older, True)
    assert str(error).index(first) < str(error).index(second)
    assert all(text in str(error) for text in (*client, *server))
