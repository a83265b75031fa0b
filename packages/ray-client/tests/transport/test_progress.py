"""The bar for long uploads."""

from __future__ import annotations

import io

import pytest

from ray_client.transport.progress import SHOWN_BYTES, with_progress
from ray_client_proto.v1.gateway_pb2 import PackageChunk


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def chunks(total_bytes: int) -> list[PackageChunk]:
    half = total_bytes // 2
    return [
        PackageChunk(offset_bytes=0, total_bytes=total_bytes, data=bytes(half)),
        PackageChunk(offset_bytes=half, total_bytes=total_bytes, data=bytes(total_bytes - half)),
    ]


def test_a_large_upload_is_drawn_to_its_end() -> None:
    out, sent = Terminal(), chunks(SHOWN_BYTES)
    assert list(with_progress(iter(sent), out)) == sent
    assert out.getvalue().endswith("] 8.0 of 8.0 MiB\n")
    assert out.getvalue().startswith("\rUploading [")


@pytest.mark.parametrize(("out", "total_bytes"), [(io.StringIO(), SHOWN_BYTES), (Terminal(), SHOWN_BYTES - 1)])
def test_nothing_is_drawn_for_small_ones_nor_into_files(out: io.StringIO, total_bytes: int) -> None:
    assert len(list(with_progress(iter(chunks(total_bytes)), out))) == 2
    assert out.getvalue() == ""
