"""References to objects on the cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, final, overload

from ray_client.handles.current import current_session
from ray_client.handles.ids import JobID, TaskID, UniqueID
from ray_client.handles.presented import Presented
from ray_client.tracebacks import shorten_all

if TYPE_CHECKING:
    import asyncio
    from contextvars import Context

    from ray_client.handles.awaiting import Watch
    from ray_client.session.session import Session

T = TypeVar("T", covariant=True)


@final
class ObjectRef(Presented, Generic[T]):
    """A reference to an object on the cluster, such as a task's result. It keeps the object alive.

    Comparing, hashing and passing it on need no word with the cluster. Each instance stands for one
    count in the session's reference table, which it gives back when it is collected.
    """

    __slots__ = ("__weakref__", "_handle_id", "_identity", "_session", "_watch")

    _handle_id: int
    _identity: tuple[bytes, bytes, bytes] | None
    _watch: Watch | None

    @overload
    def __new__(cls, id: bytes, /) -> ObjectRef[T]: ...
    @overload
    def __new__(cls, session: Session, handle_id: int, /) -> ObjectRef[T]: ...
    def __new__(cls, session: Session | bytes, handle_id: int | None = None, /) -> ObjectRef[T]:
        """Give the handle that a session has under `handle_id`; or of Ray's own id, which asks the cluster.

        Raises:
            TypeError, ValueError: that is no id of an object.
            NotConnectedError: no session is open.
            RayTooOldError: the server cannot be asked for an id.
        """
        if handle_id is None:
            found: ObjectRef[T] = _object_of_id(_ObjectID(session).binary())  # type: ignore[arg-type]  # it checks that
            return found
        self = super().__new__(cls)
        self._session = session  # type: ignore[assignment]
        self._handle_id = handle_id
        self._identity = None
        self._watch = None
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ObjectRef):
            return NotImplemented
        return self._handle_id == other._handle_id and self._session is other._session

    def __hash__(self) -> int:
        return hash((self._handle_id, self._session.id))

    def __repr__(self) -> str:
        if self._identity is not None:
            return f"ObjectRef({self._identity[0].hex()})"
        return f"ObjectRef(#{self._handle_id} of session {self._session.id[:8]})"

    def __copy__(self) -> ObjectRef[T]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> ObjectRef[T]:
        return self

    def __reduce__(self) -> NoReturn:
        raise refuse_plain_pickle(repr(self))

    def __del__(self) -> None:
        # May run inside anything, also while the interpreter ends: it only puts a number on a queue.
        self._session.release(self._handle_id)

    def __await__(self) -> Generator[Any, None, T]:
        watch, self._watch = self._watch, None
        if watch is not None and watch.is_usable():
            return watch.future.__await__()
        return self.as_future().__await__()

    # What `asyncio.wait` asks of a future, so that it takes references, and gives them back.

    def add_done_callback(self, callback: Callable[[Any], object], *, context: Context | None = None) -> None:
        """Have the running loop call `callback` with this reference once the value is there."""
        from ray_client.handles.awaiting import watch_of  # loads asyncio, which an import of this package must not

        self._watch = watch_of(self)
        self._watch.add(self, callback, context)

    def remove_done_callback(self, callback: Callable[[Any], object]) -> int:
        """Take such a callback back; give how many there were."""
        return 0 if self._watch is None else self._watch.remove(callback)

    def done(self) -> bool:
        """Whether the value is there and was waited for, as by `asyncio.wait`."""
        return self._watch is not None and self._watch.future.done() and not self._watch.future.cancelled()

    def cancelled(self) -> bool:
        """False: to cancel a task use `ray_client.cancel`."""
        return False

    def exception(self) -> BaseException | None:
        """Give what the task failed with, if `done`; None otherwise."""
        return self._watch.future.exception() if self._watch is not None and self.done() else None

    def future(self) -> Future[T]:
        """Give a future of the value. It always resolves, with the value or with an error.

        Raises:
            SessionError: the session has ended, or belongs to the parent process.
        """
        # The object must outlive this handle for as long as somebody waits.
        future: Future[T] = self._session.future_value(self._handle_id)
        future.add_done_callback(_Holder(self))
        return future

    def as_future(self) -> asyncio.Future[T]:
        """Give an asyncio future of the value, in the running loop."""
        import asyncio  # 40 ms that only those pay who use it

        return asyncio.wrap_future(self.future())

    def _on_completed(self, callback: Callable[[Any], None]) -> None:
        """Call `callback` with the value, or with the exception, once it is there."""

        def call(future: Future[T]) -> None:
            error = future.exception()
            callback(future.result() if error is None else error)

        self.future().add_done_callback(call)

    def binary(self) -> bytes:
        """Give the id that Ray uses; the first time this asks the cluster."""
        return self._ids()[0]

    def hex(self) -> str:
        """Give the id that Ray uses, in hex; the first time this asks the cluster."""
        return self.binary().hex()

    def is_nil(self) -> bool:
        """Whether it stands for no object; what a session made does, so this asks nobody."""
        return self._identity is not None and _ObjectID(self._identity[0]).is_nil()

    def task_id(self) -> TaskID:
        """Give the id of the task that makes the object."""
        return TaskID(self._ids()[1])

    def job_id(self) -> JobID:
        """Give the id of the job that owns the object."""
        return JobID(self._ids()[2])

    def call_site(self) -> str:
        """Give where the object was made; empty, as in Ray where `RAY_record_ref_creation_sites` is not set."""
        return ""

    def tensor_transport(self) -> None:
        """Give None: what a client makes or is given comes through the object store."""

    @classmethod
    def nil(cls) -> ObjectRef[Any]:
        """Give the reference that stands for no object; raises as the class does."""
        return cls(_ObjectID.nil().binary())

    @classmethod
    def from_binary(cls, id_bytes: bytes) -> ObjectRef[Any]:
        """Give the reference of these bytes; raises as the class does."""
        return cls(id_bytes)

    @classmethod
    def from_hex(cls, hex_id: str) -> ObjectRef[Any]:
        """Give the reference of these hex digits; raises as the class does."""
        return cls(bytes.fromhex(hex_id))

    @classmethod
    def from_random(cls) -> ObjectRef[Any]:
        """Give a reference to an object that nobody has made; raises as the class does."""
        return cls(_ObjectID.from_random().binary())

    @classmethod
    def size(cls) -> int:
        """Give how many bytes an id has."""
        return _ObjectID.size()

    def _ids(self) -> tuple[bytes, bytes, bytes]:
        if self._identity is None:
            self._identity = real_ids(self._session, self._handle_id)
        return self._identity


class _ObjectID(UniqueID):
    """The id of an object, as bytes."""

    __slots__ = ()


def _object_of_id(binary: bytes) -> ObjectRef[Any]:
    """Ask the cluster for a reference to the object of an id: what it has handed out already comes as that."""
    from ray_client.session import calls  # loads protobuf, which an import of this package must not

    session = current_session("ObjectRef()")
    session.peer.require("object_ids", "name an object by its id")
    ref: ObjectRef[Any] = calls.query_cluster(session, "object_of_id", binary=binary)
    ref._identity = (binary, binary[: TaskID.size()], binary[TaskID.size() - JobID.size() : TaskID.size()])
    return ref


class _Holder:
    """A done callback that does nothing but keep a handle alive until then."""

    def __init__(self, handle: object) -> None:
        self._handle: object | None = handle

    def __call__(self, future: Future[Any]) -> None:
        self._handle = None


def real_ids(session: Session, handle_id: int) -> tuple[bytes, bytes, bytes]:
    """Ask the cluster for the object's or actor's own id, its task's and its job's."""
    from ray_client.session import calls  # loads protobuf, which an import of this package must not

    return calls.identify(session, handle_id)


def refuse_plain_pickle(what: str) -> TypeError:
    """Give the error for pickling a handle other than by sending it through its session."""
    return TypeError(
        f"{what} can only be pickled on its way to its own cluster: as an argument, in a closure or with put(); "
        "to keep a value beyond the session, get() it and pickle that"
    )


shorten_all(globals(), but={"__init__"})
