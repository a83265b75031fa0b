"""Packages: uploaded once, by hash, in pieces, and laid out so that nothing gets out of them."""

from __future__ import annotations

import hashlib
import io
import json
import random
import resource
import stat
import threading
import time
import zipfile

import grpc
import pytest

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.config import Limits
from ray_client_server.errors import DiskFullError, InvalidRequestError, LimitExceededError
from ray_client_server.gateway import packages
from ray_client_server.gateway.packages import PackageStore


def pack(files: dict[str, bytes], mode: int = 0o644) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


PACKED_100 = pack({f"{n}": b"" for n in range(100)})


def working_dir(sha256: str) -> str:
    return json.dumps({"working_dir": f"package://{sha256}"})


def chunks(data: bytes, size_bytes: int = 100, begin: int = 0, sha256: str | None = None) -> list[pb.PackageChunk]:
    sha256 = sha256 or hashlib.sha256(data).hexdigest()
    return [
        pb.PackageChunk(sha256=sha256, offset_bytes=at, total_bytes=len(data), data=data[at : at + size_bytes])
        for at in range(begin, len(data), size_bytes)
    ]


@pytest.fixture
def store(tmp_path):
    return PackageStore(tmp_path / "packages", Limits(package_bytes=10_000, packages_bytes=25_000))


def put(store: PackageStore, data: bytes, sha256: str | None = None) -> str:
    pieces = chunks(data, sha256=sha256)
    upload = store.begin(pieces[0], ())
    try:
        for piece in pieces:
            upload.append(piece)
        store.complete(upload, ())
    finally:
        store.finish(upload)
    return pieces[0].sha256


def test_an_upload_over_the_wire_is_there_for_a_session(rig):
    data = pack({"a.py": b"A = 1", "sub/b.txt": b"b" * 300})
    sha256 = hashlib.sha256(data).hexdigest()
    assert not rig.stub.GetPackageStatus(pb.PackageStatusRequest(sha256=sha256)).is_complete
    assert rig.stub.UploadPackage(iter(chunks(data))).is_complete
    rig.open(runtime_env_json=working_dir(sha256))
    settings = rig.drivers[0].settings
    assert settings.working_dir.endswith(sha256) and settings.runtime_env["working_dir"] == settings.working_dir
    with open(f"{settings.working_dir}/sub/b.txt", "rb") as file:
        assert file.read() == b"b" * 300


def test_p1_ray_judges_an_environment_whose_directories_are_not_here(rig):
    def check(**runtime_env) -> pb.CheckEnvironmentResponse:
        return rig.stub.CheckEnvironment(pb.CheckEnvironmentRequest(runtime_env_json=json.dumps(runtime_env)))

    assert check(working_dir="package://", uv=["a"]) == pb.CheckEnvironmentResponse()
    assert check(pip=5) == pb.CheckEnvironmentResponse(type_name="builtins.TypeError", message="no pip")
    assert rig.checked == [{"working_dir": "gcs://_ray_pkg_0.zip", "uv": ["a"]}, {"pip": 5}]
    assert not rig.drivers


def test_p2_a_package_is_kept_for_the_session_that_asks_for_it(rig, refused):
    data = pack({"a.py": b"A = 1"})
    sha256 = hashlib.sha256(data).hexdigest()
    request = pb.PackageStatusRequest(sha256=sha256)
    opened = rig.open()
    rig.stub.GetPackageStatus(request)
    assert rig.sessions[0].packages == set()
    rig.stub.GetPackageStatus(request, metadata=rig.identity(opened))
    assert rig.sessions[0].packages == {sha256}
    opened.secret = b"another"
    _, failure = refused(lambda: rig.stub.GetPackageStatus(request, metadata=rig.identity(opened)))
    assert failure.code == Failure.UNKNOWN_SESSION


def test_an_upload_that_was_cut_goes_on_where_it_was(rig):
    data = pack({"a.py": b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(50))})
    pieces = chunks(data)
    assert len(pieces) > 5
    status = rig.stub.UploadPackage(iter(pieces[:3]))
    assert (status.is_complete, status.received_bytes) == (False, 300)
    assert rig.stub.GetPackageStatus(pb.PackageStatusRequest(sha256=pieces[0].sha256)).received_bytes == 300
    assert rig.stub.UploadPackage(iter(chunks(data, begin=200))).is_complete
    assert rig.stub.UploadPackage(iter(pieces[:1])).is_complete  # one that is there needs no bytes


def test_a_package_that_is_too_large_is_refused_with_limit_and_flag(rig, refused):
    piece = pb.PackageChunk(sha256="a" * 64, total_bytes=20_001, data=b"x")
    failure = refused(lambda: rig.stub.UploadPackage(iter([piece])))[1]
    assert failure.code == Failure.LIMIT_EXCEEDED and failure.details["flag"] == "--limit-package-bytes"


def test_chunks_of_two_packages_in_one_upload_are_refused(rig, refused):
    pieces = [*chunks(pack({"a": b"1"}))[:1], *chunks(pack({"b": b"2"}))[:1]]
    assert refused(lambda: rig.stub.UploadPackage(iter(pieces)))[1].code == Failure.PROTOCOL_VIOLATION


def test_an_upload_without_a_chunk_is_refused(rig, refused):
    assert refused(lambda: rig.stub.UploadPackage(iter([])))[1].code == Failure.PROTOCOL_VIOLATION


def test_a_session_with_a_package_that_is_not_there_is_refused(rig, refused):
    request = rig.request(runtime_env_json=working_dir("0" * 64))
    assert refused(lambda: rig.stub.OpenSession(request))[1].code == Failure.INVALID_ARGUMENT


def test_bytes_with_another_hash_are_dropped(store):
    with pytest.raises(InvalidRequestError, match="has the hash"):
        put(store, pack({"a": b"1"}), sha256="a" * 64)
    assert store.status("a" * 64).received_bytes == 0


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out"])
def test_no_name_leads_out_of_a_package(store, tmp_path, name):
    with pytest.raises(InvalidRequestError, match="leads out"):
        put(store, pack({name: b"x"}))
    assert not (tmp_path / "out").exists() and list((tmp_path / "packages").iterdir()) == []


def test_a_name_may_have_what_leads_nowhere_here(store):
    sha256 = put(store, pack({"a\\..\\out": b"1", "c:d": b"2", "empty/": b""}))
    assert sorted(path.name for path in store.directory(sha256).iterdir()) == ["a\\..\\out", "c:d", "empty"]


def test_a_link_is_no_part_of_a_package(store):
    with pytest.raises(InvalidRequestError, match="neither a file nor"):
        put(store, pack({"link": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777))


def test_a_package_that_swells_is_refused(store):
    with pytest.raises(LimitExceededError):
        put(store, pack({"zeros": b"\0" * 10_001}))


def test_what_is_no_zip_file_is_refused(store):
    with pytest.raises(InvalidRequestError, match="cannot be unpacked"):
        put(store, b"not a zip file")


def test_files_keep_whether_they_can_be_run(store):
    target = store.directory(put(store, pack({"run.sh": b"#!"}, mode=0o755)))
    assert (target / "run.sh").stat().st_mode & 0o777 == 0o755


def test_the_packages_used_longest_ago_make_room_and_those_in_use_stay(store):
    # Each takes two blocks of the disk, and its directory may take one.
    first, second = put(store, pack({"1": b"1" * 6000})), put(store, pack({"2": b"2" * 1}))
    store.make_room(16_000, in_use=[first])
    assert store.status(first).is_complete and not store.status(second).is_complete
    with pytest.raises(LimitExceededError):
        store.make_room(20_000, in_use=[first])


@pytest.mark.parametrize("sha256", ["", "x" * 64, "A" * 64, "../" + "a" * 61, "a" * 65])
def test_only_a_hash_names_a_package(store, sha256):
    with pytest.raises(InvalidRequestError):
        store.status(sha256)


def announced(size_bytes: int, letter: str) -> pb.PackageChunk:
    return pb.PackageChunk(sha256=letter * 64, total_bytes=size_bytes, data=b"x")


def test_room_is_reserved_when_it_is_announced(store):
    first = store.begin(announced(10_000, "a"), (), "one")
    store.begin(announced(10_000, "b"), (), "two")
    with pytest.raises(LimitExceededError):
        store.begin(announced(10_000, "c"), (), "three")
    store.finish(first)
    store.begin(announced(10_000, "c"), (), "three")


def test_one_client_reserves_no_more_than_half(store):
    store.begin(announced(10_000, "a"), (), "one")
    with pytest.raises(LimitExceededError, match="one client"):
        store.begin(announced(3_000, "b"), (), "one")
    store.begin(announced(3_000, "b"), (), "two")


def test_uploads_that_go_on_are_bounded(tmp_path):
    store = PackageStore(tmp_path / "packages", Limits(uploads=2))
    first = store.begin(announced(1, "a"), (), "one")
    store.begin(announced(1, "b"), (), "two")
    with pytest.raises(LimitExceededError, match="uploads"):
        store.begin(announced(1, "c"), (), "three")
    store.finish(first)
    store.begin(announced(1, "c"), (), "three")


def test_small_files_count_as_the_blocks_that_they_take(tmp_path):
    store = PackageStore(tmp_path / "packages", Limits(package_bytes=10_000, packages_bytes=200_000))
    with pytest.raises(LimitExceededError):
        put(store, pack({f"{n}": b"x" for n in range(60)}))
    assert list((tmp_path / "packages").iterdir()) == []


@pytest.mark.parametrize("names", [["a/" * 30 + "x"], [f"{n}" for n in range(30)], ["same"] * 30])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_are_counted_with_the_directories_that_they_imply(tmp_path, names, monkeypatch):
    monkeypatch.setattr(packages, "ENTRIES", 20)
    store = PackageStore(tmp_path / "packages", Limits())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    with pytest.raises(InvalidRequestError, match="more than 20 files"):
        put(store, buffer.getvalue())
    assert list((tmp_path / "packages").iterdir()) == []


def test_a_catalog_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "CATALOG_BYTES", 1000)
    monkeypatch.setattr(zipfile, "ZipFile", pytest.fail)
    store = PackageStore(tmp_path / "packages", Limits())
    with pytest.raises(InvalidRequestError, match="catalog"):
        put(store, PACKED_100)


def test_what_only_deflate_takes_little_memory_for_is_refused(store):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", b"x" * 1000)
    with pytest.raises(InvalidRequestError, match="another way"):
        put(store, buffer.getvalue())


def test_a_package_that_was_damaged_before_it_was_hashed_is_refused(store):
    data = bytearray(pack({"a": b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(50))}))
    data[60:200] = bytes(140)
    with pytest.raises(InvalidRequestError, match="cannot be unpacked"):
        put(store, bytes(data))


@pytest.mark.parametrize("name", ["packed", "unpacked"])
def test_a_full_disk_is_said_and_nothing_is_left(tmp_path, name):
    store = PackageStore(tmp_path / "packages", Limits())
    data = pack({"a": b"x" * 2_000_000} if name == "unpacked" else {"a": random.Random(1).randbytes(2_000_000)})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))  # the system's own refusal to write more
    try:
        with pytest.raises(DiskFullError, match="no room"):
            put(store, data)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "packages").iterdir()) == []
    put(store, data)


def test_what_another_one_sent_of_a_package_hurts_nobody(rig):
    data = pack({"a.py": b"A = 1" * 100}) + bytes(1000)
    bad = [pb.PackageChunk(sha256=piece.sha256, total_bytes=len(data), data=b"?" * 100) for piece in chunks(data)[:1]]
    assert rig.stub.UploadPackage(iter(bad)).received_bytes == 100
    status = rig.stub.UploadPackage(iter(chunks(data, begin=100)))
    assert (status.is_complete, status.received_bytes) == (False, 0)  # which a client begins anew for


def test_an_upload_that_says_nothing_holds_up_nobody_with_the_same_package(rig):
    data = pack({"a.py": b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(50))})
    goes_on, has_begun = threading.Event(), threading.Event()

    def slow():
        yield chunks(data)[0]
        has_begun.set()
        goes_on.wait(20)

    stalled = rig.stub.UploadPackage.future(slow())
    has_begun.wait(20)
    assert rig.stub.UploadPackage(iter(chunks(data)), timeout=10).is_complete
    goes_on.set()
    assert not stalled.result(20).is_complete


def test_an_upload_that_drips_ends(make_rig, refused, monkeypatch):
    monkeypatch.setattr("ray_client_server.gateway.servicer.SLOWEST_BYTES_S", 100_000)
    rig = make_rig(limits=Limits(handshake_s=0.3))
    data = pack({"a.py": b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(50))})

    def drip():
        for piece in chunks(data, 1):
            yield piece
            time.sleep(0.05)  # the drip: what is tested is a rate

    _, failure = refused(lambda: rig.stub.UploadPackage(drip(), timeout=20))
    assert "too slow" in failure.message
    rig.until(lambda: not rig.gateway._servicer._packages._reserved)


def test_what_one_client_has_unpacked_holds_up_no_other_one(make_rig, monkeypatch):
    rig, goes_on, complete = make_rig(), threading.Event(), PackageStore.complete

    def slow(store, upload, in_use):  # as for packages of many gigabytes
        if upload.total_bytes > 1000:
            goes_on.wait(30)
        return complete(store, upload, in_use)

    monkeypatch.setattr(PackageStore, "complete", slow)
    large = [pack({"a": random.Random(n).randbytes(2000)}) for n in range(30)]
    with grpc.insecure_channel(f"127.0.0.1:{rig.port}", [("another", 1)]) as bad:
        stub = gateway_pb2_grpc.GatewayStub(bad)
        uploads = [stub.UploadPackage.future(iter(chunks(data, 10_000))) for data in large]
        rig.until(lambda: len(rig.gateway._servicer._packages._reserved) == 30)
        assert rig.stub.UploadPackage(iter(chunks(pack({"a": b"1"}))), timeout=10).is_complete
        goes_on.set()
        assert all(upload.result(60).is_complete for upload in uploads)
