"""Objects and calls: put, get, wait, cancel, kill.

Each is here twice: `put_in(session, ...)` does it, and `put(...)` does it in the current session.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ray_client.cluster_only import LibraryValue
from ray_client.errors import WrongSessionError
from ray_client.handles.actor import ActorHandle
from ray_client.handles.current import current_session
from ray_client.handles.object_ref import ObjectRef
from ray_client.handles.ref_generator import ObjectRefGenerator
from ray_client.tracebacks import shorten, shorten_all

if TYPE_CHECKING:
    from ray_client.session.session import Session

__all__ = ["cancel", "get", "kill", "put", "wait"]

T = TypeVar("T")
Waitable = TypeVar("Waitable")  #: an ObjectRef or an ObjectRefGenerator


def put(value: T, *, _owner: Any = None, _tensor_transport: str | None = None) -> ObjectRef[T]:
    """Store a value on the cluster; give its reference without waiting for an answer.

    Args:
        value: what to store.
        _owner: taken for Ray's sake; the session's driver always owns what is put.

    Raises:
        TypeError: it is a reference already.
        PicklingError: it cannot be pickled.
        NotConnectedError: no session is open.
        SessionError: the session has ended.
    """
    try:
        session = current_session("put()")
        if not isinstance(_owner, ActorHandle | None):
            raise ValueError(f"_owner must be an actor's handle or None, got {type(_owner)}")
        if _tensor_transport is not None:
            raise ValueError(
                f"_tensor_transport={_tensor_transport!r} is for tensors on the cluster: put them in a task or actor"
            )
        return put_in(session, value)
    except BaseException as error:
        shorten(error)
        raise


def put_in(session: Session, value: T) -> ObjectRef[T]:
    """Do `put` in a session."""
    from ray_client.session import calls

    if isinstance(value, ObjectRef):
        raise TypeError(
            "Calling 'put' on an ray.ObjectRef is not allowed. If you really want to do this, you can wrap the "
            "ray.ObjectRef in a list and call 'put' on it."
        )
    return ObjectRef(session, calls.put(session, value))


@overload
def get(object_refs: ObjectRef[T], *, timeout: float | None = None, _use_object_store: bool = False) -> T: ...
@overload
def get(
    object_refs: Sequence[ObjectRef[T]], *, timeout: float | None = None, _use_object_store: bool = False
) -> list[T]: ...
@overload
def get(
    object_refs: ObjectRefGenerator[T], *, timeout: float | None = None, _use_object_store: bool = False
) -> ObjectRefGenerator[T]: ...
def get(object_refs: Any, *, timeout: float | None = None, _use_object_store: bool = False) -> Any:
    """Give the value of a reference, or the list of values of a list of them, once they are there.

    Args:
        object_refs: a reference or a list of references.
        timeout: seconds to wait at most; None: for as long as it takes.
        _use_object_store: taken for Ray's sake; what a client gets comes through the object store.

    Raises:
        GetTimeoutError: they were not there within `timeout` seconds; the session and they live on.
        RayTaskError: the task that makes one failed; also an instance of what the task raised.
        RayError: Ray lost it.
        TypeError, ValueError: the argument is something else.
        UnpicklingError: a value cannot be unpickled here.
        SessionError: the session has ended.
    """
    try:
        return get_in(current_session("get()"), object_refs, timeout)
    except BaseException as error:
        shorten(error)
        raise


def get_in(session: Session, refs: Any, timeout: float | None) -> Any:
    """Do `get` in a session."""
    if isinstance(refs, ObjectRefGenerator):
        return refs  # as in Ray
    if any(isinstance(ref, LibraryValue) for ref in (refs if isinstance(refs, list) else [refs])):
        from ray_client_proto import library  # loads protobuf

        return library.call(session, get, refs, timeout=timeout)  # references of a compiled graph
    found = _values(session, refs_of(session, refs), timeout)
    return found[0] if isinstance(refs, ObjectRef) else found


def refs_of(session: Session, refs: Any) -> Sequence[ObjectRef[Any]]:
    """Give what `get` was given as a sequence of references.

    Raises:
        ValueError: it is something else, a tuple for example, which Ray refuses too.
        TypeError: something in the list is no reference.
        WrongSessionError: one belongs to another session.
    """
    if isinstance(refs, ObjectRef):
        refs = [refs]
    if not isinstance(refs, list):
        raise ValueError(
            f"Invalid type of object refs, {type(refs)}, is given. 'object_refs' must either be an ObjectRef or a "
            "list of ObjectRefs."
        )
    for ref in refs:
        if not isinstance(ref, ObjectRef):
            raise TypeError(f"Attempting to call `get` on the value {ref!r}, which is not an ray.ObjectRef.")
        check_session(ref, session)
    return refs


def _values(session: Session, refs: Sequence[ObjectRef[Any]], timeout: float | None) -> list[Any]:
    from ray_client.session.gets import Get  # loads protobuf, which an import of this package must not
    from ray_client.session.interrupts import interruptible
    from ray_client.session.timeouts import get_seconds

    timeout_s = get_seconds(timeout)
    if not refs:
        return []
    # Each object is asked for once; the values are in the order of `places`.
    places = {object_id: place for place, object_id in enumerate(dict.fromkeys(ref._handle_id for ref in refs))}
    get = Get(session, list(places), timeout_s, is_urgent=timeout_s is not None)
    with interruptible(session, places):
        get.wait()
    values = get.take()
    return [values[places[ref._handle_id]] for ref in refs]


def wait(
    ray_waitables: list[Waitable],
    *,
    num_returns: int = 1,
    timeout: float | None = None,
    fetch_local: bool = True,
) -> tuple[list[Waitable], list[Waitable]]:
    """Wait until `num_returns` of the references are ready; give those, and the others.

    Raises:
        TypeError, ValueError: an argument makes no sense.
        WrongSessionError: a reference belongs to another session.
        SessionError: the session has ended.
    """
    return wait_in(current_session("wait()"), ray_waitables, num_returns, timeout, fetch_local)


def wait_in(
    session: Session, ray_waitables: Any, num_returns: int, timeout: float | None, fetch_local: bool
) -> tuple[list[Any], list[Any]]:
    """Do `wait` in a session."""
    from ray_client.session import waits  # loads protobuf, which an import of this package must not
    from ray_client.session.interrupts import interruptible
    from ray_client.session.timeouts import seconds

    if isinstance(ray_waitables, ObjectRef | ObjectRefGenerator):
        raise TypeError("wait() expected a list of ray.ObjectRef or ray.ObjectRefGenerator, got a single one")
    if not isinstance(ray_waitables, list):
        raise TypeError(f"wait() expected a list of ray.ObjectRef or ray.ObjectRefGenerator, got {type(ray_waitables)}")
    if timeout is not None and timeout < 0:
        raise ValueError(f"The 'timeout' argument must be nonnegative. Received {timeout}")
    for waitable in ray_waitables:
        if not isinstance(waitable, ObjectRef | ObjectRefGenerator):
            raise TypeError(
                f"wait() expected a list of ray.ObjectRef or ray.ObjectRefGenerator, got list containing "
                f"{type(waitable)}"
            )
        check_session(waitable, session)
    timeout_s = seconds(timeout)
    if not ray_waitables:
        return [], []
    if len(set(ray_waitables)) != len(ray_waitables):
        raise ValueError("Wait requires a list of unique ray_waitables.")
    if num_returns <= 0:
        raise ValueError(f"Invalid number of objects to return {num_returns}.")
    if num_returns > len(ray_waitables):
        raise ValueError("num_returns cannot be greater than the number of ray_waitables provided to ray.wait.")
    waited = [one._waited() if isinstance(one, ObjectRefGenerator) else one._handle_id for one in ray_waitables]
    with interruptible(session, [waitable._handle_id for waitable in ray_waitables]):
        indexes = set(waits.wait(session, waited, int(num_returns), timeout_s, bool(fetch_local)))
    ready = [waitable for index, waitable in enumerate(ray_waitables) if index in indexes]
    return ready, [waitable for index, waitable in enumerate(ray_waitables) if index not in indexes]


def cancel(
    ray_waitable: ObjectRef[Any] | ObjectRefGenerator[Any], *, force: bool = False, recursive: bool = True
) -> None:
    """Cancel the task that makes an object, as `ray.cancel`; returns at once.

    Raises:
        TypeError: it is not a reference.
        ValueError: `force` is not for what an actor makes.
        WrongSessionError: it belongs to another session.
        SessionError: the session has ended.
    """
    cancel_in(current_session("cancel()"), ray_waitable, force, recursive)


def cancel_in(session: Session, ref: Any, force: bool, recursive: bool) -> None:
    """Do `cancel` in a session."""
    from ray_client.session import calls

    if not isinstance(ref, ObjectRef | ObjectRefGenerator):
        raise TypeError(
            f"ray.cancel() only supported for object refs and object ref generators. For actors, try ray.kill(). "
            f"Got: {type(ref)}."
        )
    check_session(ref, session)
    calls.cancel_task(session, ref._handle_id, force=force, recursive=recursive)


def kill(actor: ActorHandle[Any], *, no_restart: bool = True) -> None:
    """End an actor at once, as `ray.kill`.

    Raises:
        ValueError: it is not an actor's handle.
        WrongSessionError: it belongs to another session.
        SessionError: the session has ended.
    """
    kill_in(current_session("kill()"), actor, no_restart)


def kill_in(session: Session, actor: Any, no_restart: bool) -> None:
    """Do `kill` in a session."""
    from ray_client.session import calls

    if not isinstance(actor, ActorHandle):
        raise ValueError(f"ray.kill() only supported for actors. For tasks, try ray.cancel(). Got: {type(actor)}.")
    check_session(actor, session)
    calls.kill_actor(session, actor._handle_id, no_restart=no_restart)


def check_session(handle: Any, session: Session) -> None:
    """See to it that a handle belongs to a session.

    Raises:
        WrongSessionError: it belongs to another.
    """
    if handle._session is not session:
        raise WrongSessionError(repr(handle), handle._session.id, session.id)


shorten_all(globals())
