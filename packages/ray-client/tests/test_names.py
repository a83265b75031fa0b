from __future__ import annotations

import pytest

import ray_client
from ray_client.names import explain


@pytest.mark.parametrize(
    ("name", "module", "exists", "advice"),
    [
        ("java_function", "ray_client", True, "use `ray.java_function` inside a task"),
        ("connect", "ray_client.util", True, "ray_client.init"),
        ("collective", "ray_client.util", True, "ray.util.collective"),
        ("set_resource", "ray_client.experimental", True, "ray.experimental.set_resource"),
        ("StateApiClient", "ray_client.util.state", True, "ray.util.state.StateApiClient"),
        ("gett", "ray_client", False, "did you mean ray_client.get?"),
        ("list_named_actor", "ray_client.util", False, "did you mean ray_client.util.list_named_actors?"),
        ("_private", "ray_client", False, "newer versions"),
    ],
)
def test_names_lead_somewhere(name: str, module: str, exists: bool, advice: str) -> None:
    error = explain(name, module)
    assert error.exists_in_ray is exists
    assert advice in str(error)
    assert str(error).startswith(f"{module}.{name} is ")


def test_modules_explain_what_they_lack() -> None:
    with pytest.raises(AttributeError, match="part of Ray"):
        ray_client.java_function  # noqa: B018
    with pytest.raises(AttributeError, match="part of Ray"):
        ray_client.util.pdb  # noqa: B018
    assert not hasattr(ray_client, "nothing_like_it")
