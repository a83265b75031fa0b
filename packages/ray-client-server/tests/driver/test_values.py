"""Values in and out: tokens, buffers, transfers (rules I2, R1, R3, T1 to T8, T14, V1 to V5, B1 to B6)."""

from __future__ import annotations

import decimal
import gc
import pickle
import sys
import types
from typing import Any

import cloudpickle
import pytest

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import Release, ReleaseExport
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire import chunk, tokens
from ray_client_proto.wire.errors import ProtocolError
from ray_client_server.driver import exports, transfers
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.pickling import Unopened
from ray_client_server.driver.references import Kind
from ray_client_server.driver.transfers import violations


class Unpicklable:
    def __reduce__(self) -> Any:
        raise ValueError("not me")


class Array:
    """Pickles with its bytes out of band, as an array does."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def __reduce_ex__(self, protocol: Any) -> Any:
        return Array, (pickle.PickleBuffer(self.data),)


def add(holdings: Any, message: bytes) -> tuple[int, int]:
    """Take a chunk; give its transfer's id, and how many of its bytes are there."""
    piece = chunk.decode(message)
    assembly = holdings.uploads.assembly(piece.transfer_id, piece.total_bytes)
    assembly.add(piece)
    return piece.transfer_id, assembly.received_bytes


def chunks(holdings: Any, transfer_id: int, chunk_bytes: int, from_offset_bytes: int) -> list[bytes]:
    """Give the messages that carry a download, from an offset on."""
    views = holdings.downloads.views(transfer_id, from_offset_bytes)
    return list(chunk.split(transfer_id, views, chunk_bytes, from_offset_bytes))


def upload(holdings: Any, transfer_id: int, *parts: bytes, chunk_bytes: int = 1000) -> Payload:
    views = [memoryview(part) for part in parts]
    for message in chunk.split(transfer_id, views, chunk_bytes):
        add(holdings, message)
    return Payload(transfer_id=transfer_id, sizes_bytes=[view.nbytes for view in views])


def test_t1_r1_r3_references_go_out_as_counted_tokens(holdings: Any, driving: Any) -> None:
    mine, other = driving.FakeRef(), driving.FakeRef()
    holdings.references.name(5, Kind.OBJECT, mine, mine.key)
    sent = holdings.codec.encode({"mine": [mine, mine], "other": other})
    value = driving.value_of(sent)
    assert value["mine"] == [driving.Token("object_ref", 5)] * 2
    assert sorted(sent.counted_ids) == [5, value["other"].args[0]]
    assert holdings.references.get(5).count == 2


def test_r1_nothing_is_counted_for_a_value_that_cannot_go_out(holdings: Any, driving: Any) -> None:
    ref = driving.FakeRef()
    with pytest.raises(OperationError) as caught:
        holdings.codec.encode([ref, Unpicklable()])
    assert caught.value.failure.code == Failure.PICKLE_FAILED
    assert len(holdings.references) == 0


def test_t3_dynamic_refs_stay_what_they_are(holdings: Any, driving: Any) -> None:
    dynamic = driving.FakeDynamic([driving.FakeRef(), driving.FakeRef()])
    for _ in range(2):
        token = driving.value_of(holdings.codec.encode(dynamic))
        assert token.name == "dynamic_refs" and len(token.args[0]) == 2


def test_t5_t6_decorated_functions_and_classes_take_what_they_decorate(holdings: Any, port: Any, driving: Any) -> None:
    function = driving.value_of(holdings.codec.encode(port.remote(len, {"num_cpus": 2})))
    assert function == driving.Token("remote_function", len, {"num_cpus": 2})
    cls = driving.value_of(holdings.codec.encode([port.remote(Array, {})]))[0]
    assert (cls.name, cls.args[0].__name__) == ("actor_class", "Array")
    inward = holdings.codec.decode(driving.payload(driving.Token("remote_function", len, {"num_cpus": 1}))).value
    assert (inward.target, inward.applied) == (len, {"num_cpus": 1})


def test_t7_names_of_the_clients_package_are_rays_here(
    holdings: Any, driving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ray", "ray.util"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    queue = types.new_class("Queue")
    monkeypatch.setattr(sys.modules["ray.util"], "Queue", queue, raising=False)
    assert holdings.codec.decode(Payload(pickle=b"cray_client.util\nQueue\n.")).value is queue
    assert holdings.codec.decode(driving.payload(driving.Token("ray_module", "ray.util"))).value.Queue is queue
    token = driving.Token("ray_global", "ray.util", "Queue")
    assert holdings.codec.decode(driving.payload(token)).value is queue
    assert driving.value_of(holdings.codec.encode([sys.modules["ray.util"], types])) == [
        driving.Token("ray_module", "ray.util"),
        types,
    ]


def test_t7_only_rays_modules_can_be_asked_for(holdings: Any, driving: Any) -> None:
    with pytest.raises(OperationError, match="T7"):
        holdings.codec.decode(driving.payload(driving.Token("ray_module", "os")))


def test_tokens_are_a_closed_set(holdings: Any) -> None:
    assert holdings.codec.readers.keys() == tokens.NAMES
    stray = f"c{tokens.MODULE}\nStrayTokenError\n.".encode()
    with pytest.raises(OperationError) as caught:
        holdings.codec.decode(Payload(pickle=stray))
    assert caught.value.failure.code == Failure.UNPICKLE_FAILED


def test_a_token_of_an_unknown_object_is_named(holdings: Any, driving: Any) -> None:
    with pytest.raises(OperationError) as caught:
        holdings.codec.decode(driving.payload([driving.Token("object_ref", 8)]))
    assert (caught.value.failure.code, caught.value.failure.details["id"]) == (Failure.UNKNOWN_OBJECT, "8")


def test_v1_v3_buffers_travel_out_of_band_and_arrive_read_only(holdings: Any) -> None:
    sent = holdings.codec.encode([Array(bytearray(5000)), Array(bytearray(100))])
    assert [len(buffer) for buffer in sent.buffers] == [5000, 100]
    first, second = holdings.codec.decode(sent).value
    assert memoryview(first.data).readonly and len(second.data) == 100


@pytest.mark.parametrize("value", ["x" * 20_000, b"y" * 20_000, list(range(20_000)), Array(bytearray(20_000))])
def test_v2_a_large_value_becomes_a_download(holdings: Any, value: Any) -> None:
    sent = holdings.codec.encode(value)
    assert not sent.pickle and sent.transfer_id
    messages = chunks(holdings, sent.transfer_id, 3000, 0)
    assembly = chunk.Assembly(sent.transfer_id, sum(sent.sizes_bytes), 1 << 20)
    for message in messages:
        assembly.add(chunk.decode(message))
    stream, *buffers = assembly.slices(sent.sizes_bytes)  # B4
    back = pickle.loads(stream, buffers=buffers)
    assert back.data == value.data if isinstance(value, Array) else back == value
    rest = chunks(holdings, sent.transfer_id, 3000, 3000)
    assert rest == messages[1:]  # B5
    holdings.downloads.release(sent.transfer_id)
    with pytest.raises(OperationError):
        chunks(holdings, sent.transfer_id, 3000, 0)


def test_b5_a_download_has_an_end(holdings: Any) -> None:
    sent = holdings.codec.encode("x" * 20_000)
    with pytest.raises(OperationError, match="B5"):
        chunks(holdings, sent.transfer_id, 3000, 30_000)


def test_v2_an_uploaded_value_is_read_where_it_lies(holdings: Any) -> None:
    buffers: list[pickle.PickleBuffer] = []
    stream = pickle.dumps(Array(b"z" * 9000), protocol=5, buffer_callback=buffers.append)
    value = holdings.codec.decode(upload(holdings, 3, stream, bytes(buffers[0].raw()))).value
    assert memoryview(value.data).readonly and bytes(value.data) == b"z" * 9000
    with pytest.raises(OperationError, match="V2"):  # it was used, and is gone
        holdings.codec.decode(Payload(transfer_id=3, sizes_bytes=[1]))


def test_v2_a_long_pickle_stream_is_read_in_pieces(holdings: Any) -> None:
    value = [str(number) for number in range(100_000)]
    assert holdings.codec.decode(upload(holdings, 4, pickle.dumps(value), chunk_bytes=100_000)).value == value


def test_b5_an_upload_goes_on_after_a_cut(holdings: Any) -> None:
    messages = list(chunk.split(7, [memoryview(bytes(2500))], 1000))
    assert add(holdings, messages[0]) == (7, 1000)
    assert holdings.uploads.received_bytes(7) == 1000
    assert [add(holdings, message)[1] for message in messages] == [1000, 2000, 2500]
    assert holdings.uploads.received_bytes(8) == 0


def test_b2_a_gap_in_an_upload_is_a_violation(holdings: Any) -> None:
    messages = list(chunk.split(7, [memoryview(bytes(2500))], 1000))
    with pytest.raises(OperationError, match="B2"), violations():
        add(holdings, messages[1])
    with pytest.raises(ProtocolError, match="B2"):
        add(holdings, chunk.encode(0, 0, 1, [memoryview(b"x")]))


def test_b3_an_upload_has_a_limit(holdings: Any) -> None:
    with pytest.raises(OperationError) as caught:
        add(holdings, chunk.encode(7, 0, 2_000_000, [memoryview(b"x")]))
    failure = caught.value.failure
    assert failure.code == Failure.LIMIT_EXCEEDED
    assert dict(failure.details) == {"limit": "transfer_bytes", "value": "1000000", "flag": "--limit-transfer-bytes"}


def test_b4_sizes_must_add_up(holdings: Any) -> None:
    sent = upload(holdings, 3, b"abc")
    with pytest.raises(OperationError, match="B4"):
        holdings.codec.decode(Payload(transfer_id=sent.transfer_id, sizes_bytes=[2]))


def sealed(value: Any, token: str, driving: Any) -> tuple[bytes, ...]:
    """Give a pickle, and its buffers, with a value inside that was pickled apart."""
    inner: list[pickle.PickleBuffer] = []
    stream = cloudpickle.dumps(value, protocol=5, buffer_callback=inner.append)
    outer: list[pickle.PickleBuffer] = []
    apart = driving.Token(token, pickle.PickleBuffer(stream), inner)
    joined = pickle.dumps(apart, protocol=5, buffer_callback=outer.append)
    return joined, *(bytes(buffer.raw()) for buffer in outer)


@pytest.mark.parametrize("is_upload", [False, True])
def test_v5_a_value_that_needs_no_opening_goes_to_ray_as_it_came(holdings: Any, driving: Any, is_upload: bool) -> None:
    data = [Array(bytes(9000)), {"b": Array(bytearray(10))}, Array(b"")]
    parts = sealed(data, "unopened", driving)
    sent = upload(holdings, 3, *parts) if is_upload else Payload(pickle=parts[0], buffers=parts[1:])
    value = holdings.codec.decode(sent).value
    assert type(value) is Unopened
    # As Ray pickles it: nothing is copied into the stream, and what reads it is in the standard library.
    buffers: list[pickle.PickleBuffer] = []
    stream = cloudpickle.dumps([value], protocol=5, buffer_callback=buffers.append)
    assert sorted(buffer.raw().nbytes for buffer in buffers) == sorted([*map(len, parts[1:])])
    assert b"ray_client" not in stream
    [(first, named, empty)] = pickle.loads(stream, buffers=buffers)
    assert (bytes(first.data), bytes(named["b"].data), bytes(empty.data)) == (bytes(9000), bytes(10), b"")
    assert memoryview(named["b"].data).readonly


@pytest.mark.parametrize("token", ["unopened", "apart"])
def test_v5_what_was_uploaded_is_let_go_of_with_its_value(holdings: Any, driving: Any, token: str) -> None:
    payload = upload(holdings, 3, *sealed(Array(bytes(9000)), token, driving))
    memory = holdings.uploads._assemblies[3]._buffer.obj
    gc.disable()
    try:
        value = holdings.codec.decode(payload).value
        with pytest.raises(BufferError):  # somebody has a view of it
            memory.append(0)
        del value
        memory.append(0)
    finally:
        gc.enable()


def test_v5_what_cannot_be_opened_here_is_no_failure_until_it_is_used(holdings: Any, driving: Any) -> None:
    inner = pickle.PickleBuffer(b"cno_such.module\nThing\n.")
    value = holdings.codec.decode(driving.payload([1, driving.Token("unopened", inner, [])])).value[1]
    with pytest.raises(ModuleNotFoundError, match="no_such"):
        pickle.loads(cloudpickle.dumps(value))


def test_v5_what_ray_pickles_in_its_own_way_here_it_is_given(holdings: Any, driving: Any) -> None:
    parts = sealed([decimal.Decimal(1)], "unopened", driving)
    assert holdings.codec.decode(Payload(pickle=parts[0], buffers=parts[1:])).value == [decimal.Decimal(1)]


def test_t14_a_value_pickled_apart_is_opened_where_it_stands(client: Any, holdings: Any, driving: Any) -> None:
    ref = client.put(1)
    parts = sealed({"ref": driving.Token("object_ref", ref), "data": Array(bytes(9000))}, "apart", driving)
    unpickled = holdings.codec.decode(upload(holdings, 3, *parts))
    assert unpickled.has_tokens
    assert unpickled.value["ref"] is holdings.references.get(ref).target
    assert bytes(unpickled.value["data"].data) == bytes(9000)


def test_t14_a_module_that_lacks_inside_is_named(holdings: Any, driving: Any) -> None:
    inner = pickle.PickleBuffer(b"cno_such.module\nThing\n.")
    with pytest.raises(OperationError) as caught:
        holdings.codec.decode(driving.payload(driving.Token("apart", inner, [])), "an argument of f")
    details = caught.value.failure.details
    assert (details["missing_module"], details["wanted"]) == ("no_such", "no_such.module.Thing")


def test_exports_keep_options_ready_but_no_handles(client: Any, holdings: Any, port: Any, driving: Any) -> None:
    digest = client.export(len)
    options = driving.payload({"num_cpus": 1})
    first = holdings.exports.bound(digest, options)
    assert holdings.exports.bound(digest, options) is first and len(port.bound) == 1
    ref = client.put(1)
    with_handle = driving.payload({"after": driving.Token("object_ref", ref)})
    assert holdings.exports.bound(digest, with_handle) is not holdings.exports.bound(digest, with_handle)


def test_exports_apply_some_options_by_decoration(client: Any, holdings: Any, driving: Any) -> None:
    digest = client.export(len)
    bound = holdings.exports.bound(digest, driving.payload({"max_calls": 1, "num_cpus": 2}))
    assert bound.applied == {"max_calls": 1, "num_cpus": 2}
    assert holdings.exports.bound(digest, Payload()).applied == {}


def test_exports_are_bounded_in_what_they_keep_ready(client: Any, holdings: Any, driving: Any) -> None:
    digest = client.export(len)
    for number in range(1100):
        holdings.exports.bound(digest, driving.payload({"num_cpus": number}))
    assert len(holdings.exports._bound) <= 1024


def test_a_value_that_is_no_download_any_more_counts_no_handle(
    client: Any, holdings: Any, driving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = client.put(1)
    value = holdings.codec.decode(driving.payload([driving.Token("object_ref", ref), bytes(1 << 20)])).value
    monkeypatch.setattr(transfers, "_KEPT", 0)
    with pytest.raises(OperationError, match="0 downloads"):
        holdings.codec.encode(value)
    client.do(release=Release(ids=[ref], counts=[1]))
    with pytest.raises(OperationError):
        holdings.references.get(ref)


def test_exports_are_bounded_in_number(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_EXPORTS", 2)
    first = client.export(len)
    client.export(abs)
    client.export(len)
    (failed,) = client.call(client.export(max), 1, 2)
    failure = client.get(failed)
    assert (failure.code, failure.details["limit"]) == (Failure.LIMIT_EXCEEDED, "exports")
    client.do(release_export=ReleaseExport(digest=first))
    assert client.get(client.call(client.export(max), 1, 2)[0]) == 2


def test_an_export_that_cannot_be_unpickled_fails_its_calls(client: Any) -> None:
    from ray_client_proto.v1.operation_pb2 import Export

    broken = Export(digest=b"d", payload=Payload(pickle=b"cno_such_module\nf\n."))
    assert client.ask(export=broken).failure.code == Failure.UNPICKLE_FAILED
    (failed,) = client.call(b"d")
    assert "no_such_module" in client.get(failed).message


def test_t12_a_bound_method_goes_out_as_a_getattr_of_its_handle(holdings: Any, driving: Any) -> None:
    class Counter:
        def value(self) -> int:
            return 1

    payload = holdings.codec.encode([driving.FakeMethod(driving.FakeActor(Counter()), "value")])
    [actor_id] = payload.counted_ids
    assert b"getattr" in payload.pickle
    assert b"value" in payload.pickle
    assert holdings.references.get(actor_id, Kind.ACTOR).target.instance.value() == 1
