"""What the driver is sent, and what it may let go of: rule O6."""

from __future__ import annotations

import gc
import hashlib
import importlib.machinery
from types import ModuleType

import pytest

from ray_client.pickling.payload import Pickled
from ray_client.session.exports import Exports
from ray_client_proto.v1.operation_pb2 import Export


class Driver:
    """Keeps what it is sent, as a driver does."""

    def __init__(self) -> None:
        self.has: dict[bytes, str] = {}
        self.sent = 0
        self.exports = Exports(self.take, self.has.pop)

    def take(self, export: Export, pickled: Pickled) -> None:
        assert export.digest not in self.has
        self.has[export.digest] = export.name
        self.sent += 1


def pickled(text: bytes, *modules: ModuleType) -> Pickled:
    return Pickled(text, [], modules)


def test_each_is_sent_once_under_the_digest_of_its_pickle() -> None:
    driver = Driver()
    first = driver.exports.ship(Export.FUNCTION, "the function f", pickled(b"f"))
    second = driver.exports.ship(Export.FUNCTION, "the function f", pickled(b"f"))
    assert first.digest == second.digest == hashlib.sha256(b"f").digest()
    assert driver.has == {first.digest: "the function f"} and driver.sent == 1


def test_what_nobody_uses_any_more_is_released_with_the_next_export() -> None:
    driver = Driver()
    first = driver.exports.ship(Export.FUNCTION, "f", pickled(b"f 1"))
    same = driver.exports.ship(Export.FUNCTION, "f", pickled(b"f 1"))
    del first
    gc.collect()
    second = driver.exports.ship(Export.FUNCTION, "f", pickled(b"f 2"))
    assert driver.has.keys() == {same.digest, second.digest}
    del same
    gc.collect()
    third = driver.exports.ship(Export.FUNCTION, "f", pickled(b"f 3"))
    assert driver.has.keys() == {second.digest, third.digest}


def test_what_is_as_large_as_ray_refuses_it_is_not_sent() -> None:
    driver = Driver()
    buffer = memoryview(bytearray(10**8 - 1))
    kept = driver.exports.ship(Export.FUNCTION, "the function small", Pickled(b"", [buffer]))
    with pytest.raises(ValueError, match=r"the function large is too large to be sent: 100,000,000 bytes.* put\(\)"):
        driver.exports.ship(Export.FUNCTION, "the function large", Pickled(b"1", [buffer]))
    assert driver.has.keys() == {kept.digest}


def test_what_was_released_is_sent_again() -> None:
    driver = Driver()
    for _ in range(3):
        code = driver.exports.ship(Export.CLASS, "C", pickled(b"C"))
        assert code.digest in driver.has
        del code
        gc.collect()
    assert driver.sent == 3


def test_code_is_no_longer_current_once_a_module_was_loaded_again() -> None:
    module = ModuleType("edited")
    module.__spec__ = importlib.machinery.ModuleSpec("edited", None)
    code = Driver().exports.ship(Export.FUNCTION, "f", pickled(b"f", module))
    assert code.is_current
    module.__spec__ = importlib.machinery.ModuleSpec("edited", None)  # as importlib.reload does
    assert not code.is_current
