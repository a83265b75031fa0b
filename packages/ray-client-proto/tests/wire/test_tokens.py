"""The closed set of tokens: rules T1 to T16."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import pytest

from ray_client_proto.wire import tokens
from ray_client_proto.wire.errors import StrayTokenError

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "object_ref": (1,),
    "ref_generator": (2,),
    "dynamic_refs": ([],),
    "actor_handle": (3, "Counter", (("increment", 1, False),)),
    "remote_function": (print, {}),
    "actor_class": (dict, {}),
    "ray_module": ("util",),
    "ray_global": ("ray.util", "inspect_serializability"),
    "source_function": ({"name": "f"}, {}),
    "source_state": (print, {"kind": "function"}),
    "source_class": ("Point", (tuple,), {"_fields": ("x", "y")}),
    "apart": (b"N.", []),
    "unopened": (b"N.", []),
    "library_object": (4, ("ray.data.dataset:Dataset",), ("__len__",)),
    "library_method": (print, "map"),
    "runtime_env": ({"working_dir": "package://0"},),
}


def test_the_set_is_closed_and_has_every_public_function() -> None:
    """Names are on the wire: adding one takes a capability, and renaming one breaks every peer."""
    assert tokens.MODULE == "ray_client_proto.wire.tokens"
    public = {
        name
        for name, function in inspect.getmembers(tokens, inspect.isfunction)
        if function.__module__ == tokens.MODULE and not name.startswith("_")
    }
    assert public == tokens.NAMES == ARGUMENTS.keys()


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_a_token_loaded_without_its_session_says_what_it_is(name: str) -> None:
    class Handle:
        def __reduce__(self) -> tuple[Any, ...]:
            return getattr(tokens, name), ARGUMENTS[name]

    stray = pickle.dumps(Handle(), protocol=5)
    with pytest.raises(StrayTokenError, match="of a session; load it through that session"):
        pickle.loads(stray)
