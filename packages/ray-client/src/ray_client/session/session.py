"""The session: the only object that handles talk to. It deals in ids."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ray_client.errors import ForkedProcessError
from ray_client.pickling import pickler, unpickler
from ray_client.pickling.payload import Pickled
from ray_client.pickling.pickler import TokenTable
from ray_client.pickling.unpickler import TokenReaders
from ray_client.session.blocking import InterruptibleFuture
from ray_client.session.exports import ExportedCode, Exports
from ray_client.session.failures import exception_of
from ray_client.session.gets import Get
from ray_client.session.link import DataLink, OpenStream
from ray_client.session.pending import PendingReplies, is_failed
from ray_client.session.transfers import Transfers
from ray_client.tracebacks import shorten
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.lanes import Lanes
from ray_client.transport.peer import Peer
from ray_client_proto.v1 import operation_pb2 as op
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.gateway_pb2 import SessionOpened
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire.ids import client_ids
from ray_client_proto.wire.limits import TRANSFER_BYTES
from ray_client_proto.wire.memory import align

_DECODERS = 4  # threads that unpickle for futures and awaits; `get` unpickles in the caller's thread

#: Makes the token readers of one value; they report each handle's id that they claim.
MakeReaders = Callable[[Callable[[int], None]], TokenReaders]


class Session:
    """What this client has on the cluster. Safe from any thread of the process that opened it.

    Invariant: until it has ended, every operation sent is carried out exactly once and in order;
    once it has ended, every call raises the error that says why.
    """

    def __init__(self, opened: SessionOpened, open_stream: OpenStream, lanes: Lanes) -> None:
        self.opened = opened
        #: What the server can, as both sides agreed.
        self.peer = Peer(opened.server.version, opened.capabilities)
        self.id = opened.session_id
        self.new_id = client_ids()
        self._pid = os.getpid()
        self._ended = threading.Event()
        self._pending = PendingReplies()
        self._link = DataLink(
            self.id,
            open_stream,
            self._on_reply,
            self._on_end,
            lease_s=opened.lease_s,
            replay_bytes=opened.limits.replay_bytes,
            backoff=BackoffPolicy(),
        )
        #: Gives one count of a handle back; safe from `__del__`.
        self.release = self._link.release
        #: The requests that hold it past its lease.
        self.calls = self._link.calls
        self._transfers = Transfers(
            lanes,
            limit_bytes=TRANSFER_BYTES,
            backoff=BackoffPolicy(),
            ended=self._ended,
        )
        self._exports = Exports(self._send_export, self._release_export)
        self._decoders = ThreadPoolExecutor(_DECODERS, thread_name_prefix="ray-client-decode")
        #: What users get in place of an error that the cluster reported; where `ray` is, they may want Ray's own.
        self.present_error: Callable[[BaseException], BaseException] = lambda error: error
        #: For which class a handle passes with `isinstance`, by its own; the others for theirs alone.
        self.presented_classes: Mapping[type, type] = {}
        #: Whether Ctrl-C cancels what was waited for.
        self.cancels_on_interrupt = False
        #: Makes a task's or actor's runtime environment ready to be sent.
        self.prepare_runtime_env: Callable[[Mapping[str, Any]], dict[str, Any]] = dict
        #: Handles that were pickled by hand, by their ids: outside of any count, they live as long as the session.
        self.kept: dict[int, Any] = {}
        #: Writes what libraries have written in the driver.
        self.show_output: Callable[[op.Output], None] = lambda output: None
        #: What is to end with it; called in another thread.
        self.closers: set[Callable[[], object]] = set()
        #: Opens a connection for a port that is forwarded; None: no connection leads to the driver.
        self.open_port: Callable[[], Any] | None = None
        self._table = TokenTable({}, dict)
        self._make_readers: MakeReaders = lambda claim: {}

    def start(self, table: TokenTable, make_readers: MakeReaders, timeout_s: float) -> None:
        """Take what knows the handles, and attach.

        Raises:
            SessionLostError: the session cannot be attached to.
        """
        self._table, self._make_readers = table, make_readers
        self._link.start(timeout_s)

    def close(self, timeout_s: float = 10.0) -> None:
        """End the session after everything sent before; may be repeated."""
        if os.getpid() == self._pid:
            self._link.disconnect(timeout_s)

    @property
    def is_open(self) -> bool:
        return not self._ended.is_set() and os.getpid() == self._pid

    @property
    def is_attached(self) -> bool:
        """Whether the driver can be asked now, as far as is known."""
        return self._link.is_attached

    @property
    def ended(self) -> threading.Event:
        """Set once the session has ended, for whatever reason."""
        return self._ended

    def _check_process(self) -> None:
        """Refuse a forked child: what it sent would get into the middle of what its parent sends."""
        if os.getpid() != self._pid:
            raise ForkedProcessError(self.id, self._pid, os.getpid())

    # Operations

    def send(self, operation: op.Operation, is_urgent: bool = False) -> None:
        """Send an operation that needs no answer; a small one that is urgent never waits for room.

        Raises:
            SessionError: the session has ended, or belongs to the parent process.
        """
        self._check_process()
        self._link.send(operation, is_urgent)

    def request(
        self, operation: op.Operation, count: int = 1, is_urgent: bool = False
    ) -> tuple[int, list[Future[op.Reply]]]:
        """Send an operation; give its request id and a future for each of its replies. Raises as `send` does."""
        self._check_process()
        request_id, futures = self._pending.expect(count)
        operation.request_id = request_id
        try:
            self._link.send(operation, is_urgent)
        except BaseException:
            self._pending.forget(request_id, count)
            raise
        return request_id, futures

    def ask(self, operation: op.Operation) -> op.Reply:
        """Send an operation and wait for its one reply.

        Raises:
            Exception: what the reply says failed, or as `send`.
        """
        request_id, futures = self.request(operation)
        try:
            reply = futures[0].result()
        finally:
            self.forget(request_id, 1)
        if reply.HasField("failure"):
            raise self.exception_of(reply.failure)
        return reply

    def forget(self, request_id: int, count: int) -> None:
        """Stop waiting for the replies of a request; does nothing if all have come."""
        if self._pending.forget(request_id, count) and self.is_open:
            self._link.send(op.Operation(forget=op.Forget(request_id=request_id)), is_urgent=True)

    def abandon(self, request_id: int, replies: list[Future[op.Reply]], taken: Sequence[Future[op.Reply]] = ()) -> None:
        """Stop waiting for the replies of a request, and let go of all that come but those `taken`."""

        def let_go(reply: Future[op.Reply]) -> None:
            if reply.exception() is None and self.is_open:
                self._let_go(reply.result())

        self.forget(request_id, len(replies))
        for reply in set(replies).difference(taken):
            reply.add_done_callback(let_go)

    def future_value(self, object_id: int) -> Future[Any]:
        """Give a future of an object's value, as `future_values` does."""
        return self._future([object_id], lambda values: values[0])

    def future_values(self, object_ids: list[int], timeout_s: float | None = None) -> Future[list[Any]]:
        """Give a future of objects' values. It always resolves; to cancel it forgets the request. Never blocks.

        With a short time-out it fails with `GetTimeoutError` as soon as the driver has said that some are not ready;
        without that word the caller keeps the time.
        """
        return self._future(object_ids, lambda values: values, timeout_s)

    def _future(
        self, object_ids: list[int], select: Callable[[list[Any]], Any], timeout_s: float | None = None
    ) -> Future[Any]:
        result: Future[Any] = InterruptibleFuture()
        get = Get(self, object_ids, timeout_s, is_urgent=True)

        def resolve() -> None:
            if not result.set_running_or_notify_cancel():
                return
            try:
                get.wait()
                result.set_result(select(get.take()))
            except BaseException as exc:  # noqa: BLE001 - the value's own error, or whatever unpickling it ran into
                shorten(exc, is_caught=False)
                result.set_exception(exc)

        def decode(_settled: Future[Any]) -> None:
            # Not in the reader's thread: unpickling runs user code, which may call `get`.
            try:
                self._decoders.submit(resolve)
            except RuntimeError:  # the session, or the interpreter, has just ended, and its threads with it
                resolve()

        def stop(result: Future[Any]) -> None:
            if result.cancelled():
                get.abandon()

        result.add_done_callback(stop)
        get.when_settled(decode)
        return result

    # Values

    def dump(self, value: Any) -> Payload:
        """Give the payload that carries a value; a large one is uploaded first. Raises as `pickler.dump` does."""
        return self._payload(pickler.dump(value, self._table))

    def dump_value(self, value: Any) -> Payload:
        """Give the payload that carries a value to be stored, as `dump` does."""
        return self._payload(pickler.dump_value(value, self._table))

    def dump_arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Payload:
        """Give the payload that carries a call's arguments, as `dump` does."""
        return self._payload(pickler.dump_arguments(args, kwargs, self._table))

    def export(self, kind: op.Export.Kind, code: Any) -> ExportedCode:
        """Have a function or class shipped to the driver; give what calls refer to."""
        name = f"{getattr(code, '__module__', None)}.{getattr(code, '__qualname__', None)}"
        what = "class" if kind == op.Export.CLASS else "function"
        return self._exports.ship(kind, f"the {what} {name}", pickler.dump(code, self._table))

    def dump_options(self, options: dict[str, Any]) -> Payload:
        """Give the payload of a call's options; directories that its `runtime_env` names are uploaded first.

        Raises:
            PackageError: a directory cannot be packed.
            ValueError, TypeError: a field of `runtime_env` makes no sense.
            PicklingError: an option cannot be pickled.
        """
        if options.get("runtime_env"):
            options = {**options, "runtime_env": self.prepare_runtime_env(options["runtime_env"])}
        return self.dump(options)

    def value_of(self, reply: op.Reply) -> Any:
        """Give the value that a reply carries.

        Raises:
            BaseException: the failure that it carries instead; or the value cannot be unpickled here.
        """
        if reply.HasField("failure"):
            raise self.exception_of(reply.failure)
        return self.load(reply.value)

    def take_values(self, request_id: int, replies: list[Future[op.Reply]]) -> list[Any]:
        """Give the values that the replies of a settled request carry.

        Raises:
            BaseException: the first failure among those that have come; nobody waits for the others then.
                Or a value cannot be unpickled here.
        """
        values: list[Any] = []
        failed = next(filter(is_failed, replies), None)
        try:
            for reply in replies if failed is None else [failed]:
                values.append(self.value_of(reply.result()))
        except BaseException:
            taken = replies[: len(values) + 1] if failed is None else [failed]
            self.abandon(request_id, replies, taken)
            raise
        return values

    def load(self, payload: Payload) -> Any:
        """Give the value of a payload, and take over the counts of the handles in it (rule R3)."""
        claimed: list[int] = []
        try:
            stream, *buffers = self._parts(payload)
            return unpickler.load(stream, buffers, self._make_readers(claimed.append))
        finally:
            if payload.counted_ids:
                for handle_id in (Counter(payload.counted_ids) - Counter(claimed)).elements():
                    self.release(handle_id)

    def exception_of(self, failure: Failure) -> BaseException:
        """Give the exception for a failure; the user's own where it can be rebuilt here."""
        cause: BaseException | None = None
        if failure.HasField("cause"):
            try:
                cause = self.load(failure.cause)
            except Exception as exc:  # noqa: BLE001 - its class is not here, or its __setstate__ fails: say so beside it
                note = f"(the exception itself cannot be rebuilt here: {exc})"
                failure.traceback = f"{failure.traceback}\n{note}"
        return self.present_error(exception_of(failure, cause, self.id))

    def _payload(self, pickled: Pickled) -> Payload:
        if pickled.size_bytes <= self.opened.limits.inline_bytes:
            return Payload(pickle=pickled.stream, buffers=[bytes(buffer) for buffer in pickled.buffers])
        self._check_process()
        self.peer.require("bulk", f"take a value of {pickled.size_bytes} bytes")
        parts = pickled.parts()
        transfer_id = self._transfers.upload(parts)
        return Payload(transfer_id=transfer_id, sizes_bytes=[part.nbytes for part in parts])

    def _parts(self, payload: Payload) -> list[Any]:
        if not payload.transfer_id:
            return [payload.pickle, *align(payload.buffers)]
        self._check_process()
        try:
            return list(self._transfers.download(payload.transfer_id, payload.sizes_bytes))
        finally:
            if self.is_open:
                release = op.ReleaseTransfer(transfer_id=payload.transfer_id)
                self._link.send(op.Operation(release_transfer=release))

    def _release_export(self, digest: bytes) -> None:
        if self.is_open:
            self.send(op.Operation(release_export=op.ReleaseExport(digest=digest)), is_urgent=True)

    def _send_export(self, export: op.Export, pickled: Pickled) -> None:
        export.payload.CopyFrom(self._payload(pickled))
        self.send(op.Operation(export=export))

    # From the link's thread

    def _on_reply(self, reply: op.Reply) -> None:
        if reply.HasField("output"):
            self.show_output(reply.output)  # before the reply that comes after it
        elif not self._pending.resolve(reply) and self.is_open:
            self._let_go(reply)

    def _let_go(self, reply: op.Reply) -> None:
        """Give back what a reply brings that nobody waits for."""
        payload = reply.failure.cause if reply.HasField("failure") else reply.value
        for handle_id in payload.counted_ids:
            self.release(handle_id)
        if payload.transfer_id:
            release = op.ReleaseTransfer(transfer_id=payload.transfer_id)
            self._decoders.submit(self._link.send, op.Operation(release_transfer=release))

    def _on_end(self, error: Exception) -> None:
        self._ended.set()
        self._pending.fail_all(error)
        for close in tuple(self.closers):
            close()
        self._decoders.shutdown(wait=False)
