"""Serializers of the user's own, which this process and the drivers of its sessions must agree on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ray_client.handles.current import find_session
from ray_client.pickling.custom import SERIALIZERS, Serializer
from ray_client.tracebacks import shorten_all

if TYPE_CHECKING:
    from ray_client.session.session import Session


def register_serializer(cls: type, *, serializer: Callable[[Any], Any], deserializer: Callable[[Any], Any]) -> None:
    """Have instances of a class pickled as what `serializer` makes of them, and made again by `deserializer`.

    Workers unpickle them so; one that is to send such an instance itself has to register the class too, as in Ray.

    Raises:
        PicklingError: a function or the class cannot be pickled.
        SessionError: the session has ended.
    """
    SERIALIZERS[cls] = Serializer(serializer, deserializer)
    session = find_session()
    if session is not None and session.is_open:
        _tell(session, cls)


def deregister_serializer(cls: type) -> None:
    """Have instances of a class pickled as any others again; does nothing if none was registered.

    Raises:
        SessionError: the session has ended.
    """
    if SERIALIZERS.pop(cls, None) is None:
        return
    session = find_session()
    if session is not None and session.is_open:
        from ray_client.session import calls  # loads protobuf, which an import of this package must not

        calls.query_cluster(session, "deregister_serializer", cls=cls)


def tell_serializers(session: Session) -> None:
    """Have the driver of a new session know all that were registered before it; raises as registering does."""
    for cls in tuple(SERIALIZERS):
        _tell(session, cls)


def _tell(session: Session, cls: type) -> None:
    from ray_client.session import calls  # loads protobuf, which an import of this package must not

    serializer = SERIALIZERS[cls]
    calls.query_cluster(
        session,
        "register_serializer",
        cls=cls,
        serializer=serializer.serialize,
        deserializer=serializer.deserialize,
    )


shorten_all(globals())
