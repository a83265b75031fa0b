"""Options of newer Rays: what this client does not know, the cluster's Ray judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ray_client.handles.current import find_session
from ray_client.options import unknown_options

if TYPE_CHECKING:
    from ray_client.session.session import Session


def judge(kind: str, options: Mapping[str, Any], session: Session | None = None) -> None:
    """Have the options that this client does not know judged by the cluster's Ray, if a session is open.

    An older server cannot be asked; then the call fails with what its Ray says.

    Args:
        kind: what they are for: `task`, `actor` or `method`.
        options: all of them.
        session: asks in this one, or else in the current one.

    Raises:
        ValueError, TypeError: that Ray does not know them either, or a value makes no sense to it.
        SessionError: the session has ended.
    """
    unknown = unknown_options(options)
    if not unknown:
        return
    session = session or find_session()
    if session is not None and session.is_open and session.peer.can("option_checks"):
        from ray_client.session import calls  # loads protobuf, which an import of this package must not

        calls.query_cluster(session, "check_options", kind=kind, options=unknown)
