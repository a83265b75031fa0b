"""Values through the session's pickler and back: rules T1 to T8 and V1 to V3 of docs/protocol.md."""

from __future__ import annotations

import io
import pickle
import threading
from typing import Any

import pytest

import ray_client
from ray_client.api.counterparts import counterparts
from ray_client.errors import OpaqueObjectError, PicklingError, UnpicklingError
from ray_client.pickling import pickler, unpickler
from ray_client.pickling.opaque import OPAQUE_TOKEN_MAKERS, opaque_global
from ray_client_proto.code.carrier import Carrier
from ray_client_proto.wire import tokens

TABLE = pickler.TokenTable(OPAQUE_TOKEN_MAKERS, counterparts)
READERS = {tokens.ray_module.__name__: unpickler.find_module, tokens.ray_global.__name__: unpickler.find_mirrored}


def roundtrip(value: Any) -> Any:
    pickled = pickler.dump(value, TABLE)
    return unpickler.load(pickled.stream, pickled.buffers, READERS)


def globals_in(pickled: bytes) -> set[tuple[str, str]]:
    """Give the names that a pickle looks up."""
    found = set()

    class Finder(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            found.add((module, name))
            return lambda *args: args

    Finder(io.BytesIO(pickled)).load()
    return found


@pytest.mark.parametrize("value", [None, 1, "text", b"bytes", [1, {2: (3,)}], {1, 2}, float("inf"), 10**40])
def test_plain_values_come_back(value: object) -> None:
    assert roundtrip(value) == value


def test_functions_with_closures_and_recursion_come_back() -> None:
    def outer(n: int) -> Any:
        def inner(m: int) -> int:
            return n if m == 0 else inner(m - 1)

        return inner

    assert roundtrip(outer)(5)(3) == 5


def test_large_buffers_stay_out_of_the_stream_and_small_ones_in() -> None:
    """V1."""
    large = pickler.dump([pickle.PickleBuffer(bytearray(5000))], TABLE)
    assert [buffer.nbytes for buffer in large.buffers] == [5000]
    assert pickler.dump([pickle.PickleBuffer(bytearray(100))], TABLE).buffers == []


def test_a_module_is_named_as_ray_names_it() -> None:
    """T7."""
    pickled = pickler.dump([ray_client.util], TABLE).stream
    assert globals_in(pickled) == {(tokens.MODULE, "ray_module")}
    assert b"ray.util" in pickled
    assert roundtrip(ray_client) is ray_client


def test_words_in_code_are_not_taken_for_modules_of_this_package() -> None:
    """cloudpickle sends the modules that a function may mean, and takes `x.options` for `ray_client.options`."""

    def function(x: Any) -> Any:
        return ray_client.get(x.options().session.errors)

    pickled = pickler.dump(function, TABLE).stream
    assert b"ray_module" in pickled
    assert not any(name in pickled for name in (b"ray.options", b"ray.session", b"ray.errors"))


def test_a_public_function_is_named_by_its_place_in_ray() -> None:
    """T7: `ray_client.get` is defined elsewhere, which the cluster does not have."""
    pickled = pickler.dump([ray_client.get, ray_client.ObjectRef], TABLE).stream
    assert globals_in(pickled) == {(tokens.MODULE, "ray_global")}
    assert b"ray_client.api" not in pickled
    assert roundtrip(ray_client.get) is ray_client.get


def test_an_object_of_rays_own_is_kept_and_passed_back_as_it_came() -> None:
    """T8."""
    opaque = opaque_global("ray.air.session", "Session")(1, 2)
    opaque.__setstate__({"a": 3})
    again = roundtrip(opaque)
    assert type(again) is type(opaque)
    assert (again._opaque_args, again._opaque_state) == ((1, 2), {"a": 3})
    with pytest.raises(OpaqueObjectError, match=r"ray\.air\.session\.Session"):
        _ = again.anything


def test_what_cannot_be_pickled_says_what_and_why() -> None:
    with pytest.raises(PicklingError, match="lock"):
        pickler.dump(threading.Lock(), TABLE)


def test_a_missing_module_is_named() -> None:
    pickled = b"\x80\x05\x8c\x0eno_such_module\x8c\x05thing\x93."
    with pytest.raises(UnpicklingError, match="no_such_module") as caught:
        unpickler.load(pickled, (), READERS)
    assert caught.value.missing_module == "no_such_module"


def test_an_unknown_token_is_refused() -> None:
    name = b"exec"
    module = tokens.MODULE.encode()
    pickled = b"\x80\x05\x8c" + bytes([len(module)]) + module + b"\x8c" + bytes([len(name)]) + name + b"\x93."
    with pytest.raises(UnpicklingError):
        unpickler.load(pickled, (), READERS)


def test_code_without_source_is_not_sent_to_another_python() -> None:
    table = pickler.TokenTable({}, dict, Carrier((3, 99)))
    with pytest.raises(PicklingError, match=r"'<lambda>'.*3\.99.*either use the same minor version.*or install"):
        pickler.dump(eval("lambda: 1"), table)
    assert pickler.dump([1, len, dict], table).stream


def test_source_goes_to_another_python_and_comes_back() -> None:
    pickled = pickler.dump(lambda x: x + 1, pickler.TokenTable({}, dict, Carrier((3, 99))))
    assert unpickler.load(pickled.stream, pickled.buffers, READERS)(2) == 3
