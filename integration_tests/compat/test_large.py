"""Values that travel beside the data channel, in lanes of their own."""

from __future__ import annotations

import numpy as np

import ray_client as ray


@ray.remote
def identity(value: object) -> object:
    return value


def test_up_and_down() -> None:
    array = np.random.default_rng(1).integers(0, 255, 20_000_000, dtype=np.uint8)
    assert np.array_equal(ray.get(ray.put(array)), array)


def test_as_an_argument() -> None:
    @ray.remote
    def total(array: np.ndarray) -> int:
        return int(array.sum())

    assert ray.get(total.remote(np.ones(1_000_000, dtype=np.int64))) == 1_000_000


def test_as_a_result() -> None:
    @ray.remote(num_returns=2)
    def split() -> tuple[np.ndarray, bytes]:
        return np.arange(500_000), b"x" * 3_000_000

    array, text = ray.get(list(split.remote()))
    assert np.array_equal(array, np.arange(500_000))
    assert text == b"x" * 3_000_000


def test_around_the_limits_of_transport() -> None:
    for size in (4_095, 4_096, 262_143, 262_144, 262_145, 1_048_577):
        value = bytes(range(256)) * (size // 256) + bytes(size % 256)
        assert ray.get(identity.remote(value)) == value


def test_everything_in_one_value() -> None:
    value = {"array": np.arange(300_000).reshape(3, -1), "text": "é" * 300_000, "list": list(range(1000))}
    back = ray.get(identity.remote(value))
    assert np.array_equal(back["array"], value["array"])
    assert (back["text"], back["list"]) == (value["text"], value["list"])


def test_large_arrays_are_read_only() -> None:
    assert ray.get(ray.put(np.zeros(200_000))).flags.writeable is False


def test_a_large_closure() -> None:
    table = np.arange(200_000)

    @ray.remote
    def total() -> int:
        return int(table.sum())

    assert ray.get(total.remote()) == int(table.sum())


def test_several_at_once() -> None:
    refs = [identity.remote(np.full(200_000, i)) for i in range(8)]
    assert [int(array[-1]) for array in ray.get(refs)] == list(range(8))
