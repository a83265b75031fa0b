"""Open uploads are bounded in number and sum, and those that nobody goes on with are let go."""

from __future__ import annotations

import pytest

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire.errors import ProtocolError
from ray_client_server.config import Limits
from ray_client_server.driver import transfers
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.transfers import Downloads, Uploads


def test_open_uploads_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "_OPEN", 3)
    uploads = Uploads(Limits())
    for number in (1, 2, 3, 3):
        uploads.assembly(number, 0)
    with pytest.raises(OperationError, match="3 uploads are open") as caught:
        uploads.assembly(4, 0)
    assert caught.value.failure.code == Failure.LIMIT_EXCEEDED
    assert dict(caught.value.failure.details) == {"limit": "open_transfers", "value": "3"}
    uploads.take(1, [0])
    uploads.assembly(4, 0)


def test_open_uploads_are_bounded_in_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "_OPEN_BYTES", 1000)
    uploads = Uploads(Limits(transfer_bytes=900))
    uploads.assembly(1, 900)
    uploads.assembly(2, 100)
    with pytest.raises(OperationError, match="1000 bytes of uploads are open") as caught:
        uploads.assembly(3, 1)
    assert caught.value.failure.details["limit"] == "open_transfer_bytes"
    uploads.discard(1)
    uploads.assembly(3, 1)


def test_one_upload_may_have_what_the_server_takes_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "_OPEN_BYTES", 10)
    Uploads(Limits(transfer_bytes=900)).assembly(1, 900)


def test_an_upload_that_nobody_goes_on_with_is_let_go() -> None:
    uploads = Uploads(Limits())
    moving, still = uploads.assembly(1, 10_000), uploads.assembly(2, 10_000)
    for step in range(int(transfers._STALE_S / 100) + 1):
        moving.write(step, memoryview(b"x"))
        uploads.drop_stale(100.0)
    assert uploads.received_bytes(1) and uploads.assembly(1, 10_000) is moving
    assert uploads.assembly(2, 10_000) is not still  # it may begin anew
    with pytest.raises(OperationError, match="V2"):
        Uploads(Limits()).take(2, [10_000])


def test_so_many_used_uploads_are_known() -> None:
    uploads = Uploads(Limits())
    for number in range(1, transfers._REMEMBERED + 2):
        uploads.assembly(number, 0)
        uploads.take(number, [0])
    with pytest.raises(ProtocolError, match="B2"):
        uploads.assembly(2, 0)
    uploads.assembly(1, 0)


def test_downloads_that_nobody_fetches_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "_KEPT", 2)
    downloads = Downloads(Limits())
    first, _ = downloads.keep([memoryview(b"a")]), downloads.keep([memoryview(b"b")])
    with pytest.raises(OperationError, match="2 downloads wait for the client, and 2 may") as caught:
        downloads.keep([memoryview(b"c")])
    assert caught.value.failure.code == Failure.LIMIT_EXCEEDED
    assert dict(caught.value.failure.details) == {"limit": "downloads", "value": "2"}
    for _ in range(2):
        downloads.release(first)
    assert downloads.views(downloads.keep([memoryview(b"c")]), 0) == [memoryview(b"c")]


def test_downloads_that_nobody_fetches_are_bounded_in_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "_KEPT_BYTES", 1000)
    downloads = Downloads(Limits(transfer_bytes=900))
    first, _ = downloads.keep([memoryview(bytes(900))]), downloads.keep([memoryview(bytes(100))])
    with pytest.raises(OperationError, match="1000 download bytes wait for the client"):
        downloads.keep([memoryview(b"c")])
    for _ in range(2):
        downloads.release(first)
    for size_bytes in (900, 0):
        downloads.keep([memoryview(bytes(size_bytes))])
    with pytest.raises(OperationError, match="1000 download bytes"):
        downloads.keep([memoryview(b"c")])
    downloads.clear()
    downloads.keep([memoryview(bytes(900))])


def test_one_download_may_have_what_the_server_takes_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "_KEPT_BYTES", 10)
    Downloads(Limits(transfer_bytes=900)).keep([memoryview(bytes(900))])
