"""What the functions of `ray` do in a session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ray_client import ClientContext, get_gpu_ids, get_runtime_context
from ray_client_server.hook import routing

_TWICE = (
    "Maybe you called ray.init twice by accident? This error can be suppressed by passing in "
    "'ignore_reinit_error=True' or by calling 'ray.shutdown()' prior to 'ray.init()'."
)


def init(context: ClientContext, *args: Any, ignore_reinit_error: bool = False, **options: Any) -> ClientContext:
    """Give the session, which takes the place of what `ray.init` would start.

    Raises:
        RuntimeError: it is open, and `ignore_reinit_error` was not given; or it has ended.
    """
    if not context.is_connected:
        raise RuntimeError(
            f"session {context.session_id}, which the calls of `ray` go to, has ended; call "
            "ray_client_server.hook.uninstall() to have Ray's own, or install() with a new one"
        )
    if not ignore_reinit_error:
        raise RuntimeError(_TWICE)
    return context


def shutdown(context: ClientContext, *args: Any, **options: Any) -> None:
    """Close the session; if it was that of the whole process, calls are Ray's own again."""
    context.close()
    if routing.installed() is context:
        routing.set_installed(None)


def _method_of(name: str) -> Callable[..., Any]:
    return lambda context, *args, **options: getattr(context, name)(*args, **options)


#: By the name in `ray`.
CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    **{
        name: _method_of(name)
        for name in (
            *("get", "put", "wait", "cancel", "kill", "remote", "get_actor", "list_named_actors"),
            *("nodes", "timeline", "cluster_resources", "available_resources"),
        )
    },
    "init": init,
    "shutdown": shutdown,
    "is_initialized": lambda context: context.is_connected,
    "get_runtime_context": lambda context: get_runtime_context(),
    "get_gpu_ids": lambda context: get_gpu_ids(),
}
