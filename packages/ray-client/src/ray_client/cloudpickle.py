"""What `ray.cloudpickle` has: the names of cloudpickle, with which Ray pickles what is sent to the cluster.

Ray carries a copy of its own; this is the cloudpickle of this environment, whose pickles the cluster reads as well.

As in Ray, references and actors can be in what is pickled here, outside of their session's count: what they stand for
then lives as long as the session. Such a pickle is for this process, and for as long as its session is open.
"""

from __future__ import annotations

import io
import pickle
from collections import ChainMap
from collections.abc import Callable
from pickle import PicklingError
from typing import IO, Any, ClassVar

import cloudpickle
from cloudpickle import (
    DEFAULT_PROTOCOL,
    load,
    loads,
    register_pickle_by_value,
    unregister_pickle_by_value,
)

from ray_client.errors import WrongSessionError
from ray_client.handles.actor import ActorHandle
from ray_client.handles.current import current_session
from ray_client.handles.object_ref import ObjectRef

__all__ = [
    "CloudPickler",
    "DEFAULT_PROTOCOL",
    "Pickler",
    "PicklingError",
    "dump",
    "dump_debug",
    "dumps",
    "dumps_debug",
    "load",
    "loads",
    "register_pickle_by_value",
    "unregister_pickle_by_value",
]


def _reduce_handle(handle: ObjectRef[Any] | ActorHandle[Any]) -> tuple[Any, ...]:
    session = handle._session
    number = handle._handle_id
    session.kept.setdefault(number, handle)
    return _kept_handle, (session.id, number)


def _kept_handle(session_id: str, number: int) -> Any:
    """Give the handle that was pickled, of a session that is open here.

    Raises:
        WrongSessionError: another session is.
        NotConnectedError: none is.
    """
    session = current_session("a reference or an actor that was pickled by hand")
    if session.id != session_id:
        raise WrongSessionError(f"the reference or actor #{number}, which was pickled by hand,", session_id, session.id)
    return session.kept[number]


class CloudPickler(cloudpickle.CloudPickler):  # type: ignore[misc]  # which has no types
    """Cloudpickle's, which knows references and actors too."""

    dispatch_table: ClassVar[Any] = ChainMap(
        {ObjectRef: _reduce_handle, ActorHandle: _reduce_handle}, cloudpickle.CloudPickler.dispatch_table
    )


Pickler = CloudPickler


def dump(
    obj: Any, file: IO[bytes], protocol: int | None = None, buffer_callback: Callable[[Any], Any] | None = None
) -> None:
    """Pickle an object into a file, as cloudpickle does.

    Raises:
        TypeError, PicklingError: some part of it cannot be pickled.
    """
    CloudPickler(file, protocol=protocol, buffer_callback=buffer_callback).dump(obj)


def dumps(obj: Any, protocol: int | None = None, buffer_callback: Callable[[Any], Any] | None = None) -> bytes:
    """Give the pickle of an object, as cloudpickle does.

    Raises:
        TypeError, PicklingError: some part of it cannot be pickled.
    """
    with io.BytesIO() as file:
        dump(obj, file, protocol, buffer_callback)
        return file.getvalue()


def dumps_debug(obj: Any, *args: Any, **kwargs: Any) -> bytes:
    """Do `dumps`; the error tells how to find what cannot be pickled.

    Raises:
        TypeError, PicklingError: some part of it cannot be pickled.
    """
    try:
        return dumps(obj, *args, **kwargs)
    except (TypeError, pickle.PicklingError) as exc:
        raise _with_advice(exc, "dumps", obj) from exc


def dump_debug(obj: Any, *args: Any, **kwargs: Any) -> None:
    """Do `dump`; the error tells how to find what cannot be pickled.

    Raises:
        TypeError, PicklingError: some part of it cannot be pickled.
    """
    try:
        dump(obj, *args, **kwargs)
    except (TypeError, pickle.PicklingError) as exc:
        raise _with_advice(exc, "dump", obj) from exc


def _with_advice(exc: Exception, function: str, obj: object) -> Exception:
    advice = "ray.util.inspect_serializability(obj) shows which part of it cannot"
    return type(exc)(f"ray.cloudpickle.{function} cannot pickle {obj!r}: {exc}; {advice}")
