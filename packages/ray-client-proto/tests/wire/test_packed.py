"""Compressed pieces: rule B11."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ray_client_proto.wire import handshake, packed
from ray_client_proto.wire.errors import ProtocolError

_LARGEST = packed.PIECE_BYTES
_WITHOUT_SIZE = zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 100)
_WHOLE = zstandard.ZstdCompressor().compress(b"x" * 100)


@given(st.lists(st.binary(max_size=2_000), max_size=8).filter(any))
def test_a_piece_comes_back_as_it_was(parts: list[bytes]) -> None:
    whole = b"".join(parts)
    packer = packed.Packer()
    for _ in range(2):
        assert packed.unpack(packer.pack(map(memoryview, parts), len(whole))) == whole


@pytest.mark.parametrize(
    "frame",
    [
        zstandard.ZstdCompressor().compress(bytes(_LARGEST + 1)),
        zstandard.ZstdCompressor().compress(bytes(1 << 28)),
        b"\x28\xb5\x2f\xfd\xe0" + (1 << 62).to_bytes(8, "little") + b"\x01\x00\x00",
        zstandard.ZstdCompressor().compress(b""),
        _WITHOUT_SIZE,
        _WHOLE[:-1],
        _WHOLE + _WHOLE,
        b"",
        b"no frame at all",
        # It says one byte, and holds a hundred.
        _WHOLE[:5] + b"\x01" + _WHOLE[6:],
    ],
    ids=["too large", "a bomb", "an announcement", "empty", "no size", "cut", "two", "nothing", "other", "a lie"],
)
def test_b11_what_is_no_piece_is_refused(frame: bytes) -> None:
    with pytest.raises(ProtocolError, match="B11"):
        packed.unpack(frame)


def test_the_largest_piece_is_taken() -> None:
    data = os.urandom(_LARGEST)
    assert packed.unpack(packed.Packer().pack([memoryview(data)], len(data))) == data


def test_the_capability_is_there_where_the_library_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert packed.CAPABILITY in handshake.CAPABILITIES and packed.CAPABILITY in handshake.OF_DRIVERS
    monkeypatch.setattr(packed, "IS_THERE", False)
    with pytest.raises(ProtocolError, match="no zstandard"):
        packed.unpack(_WHOLE)
    program = (
        "import sys; sys.modules['zstandard'] = None; from ray_client_proto.wire import handshake, packed; "
        "assert not {packed.CAPABILITY} & {*handshake.CAPABILITIES, *handshake.OF_DRIVERS}"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
