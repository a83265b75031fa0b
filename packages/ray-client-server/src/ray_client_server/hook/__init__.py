"""Calls of the real `ray` module, sent through a session of ray-client.

For programs that keep `ray` installed and are to use a cluster elsewhere as they are:

    import ray, ray_client
    from ray_client_server import hook

    hook.install(ray_client.connect("ray://head-node:20001"))   # the whole process
    with hook.using(session):                                   # this thread, in the block
        ray.get(f.remote(1))

`ray-client` must be installed beside: `pip install ray-client-server[hook]`. See docs/hook.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ray_client import ClientContext
from ray_client.handles import current
from ray_client_server.hook import routing

__all__ = ["install", "uninstall", "using"]


def install(context: ClientContext) -> None:
    """Send the calls of every thread through this session, until `uninstall`.

    Raises:
        RuntimeError: another session is installed.
    """
    if routing.installed() not in (None, context):
        raise RuntimeError("calls of `ray` go through another session already; call hook.uninstall() first")
    _prepare(context)
    routing.set_installed(context)
    if current.find_default() is None:
        current.set_default(context._session)


def uninstall() -> None:
    """Leave the calls of `ray` to Ray again; the session stays open. May be repeated."""
    context = routing.installed()
    routing.set_installed(None)
    if context is not None and current.find_default() is context._session:
        current.set_default(None)


@contextmanager
def using(context: ClientContext) -> Iterator[ClientContext]:
    """Send the calls that this thread, or this asyncio task, makes in the block through this session.

    Leaving the block leaves the session open.
    """
    _prepare(context)
    with routing.routed_to(context), current.use(context._session):
        yield context


def _prepare(context: ClientContext) -> None:
    from ray_client_server.hook import ray_hook  # loads ray, which whoever asks what there is need not have

    ray_hook.patch()
    context._session.present_error = ray_hook.real_error
    context._session.presented_classes = ray_hook.PRESENTED
