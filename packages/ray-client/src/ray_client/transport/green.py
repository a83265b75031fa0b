"""Processes whose threads are green ones, of gevent or of eventlet."""

from __future__ import annotations

import functools
import sys

from ray_client.errors import ConnectError


@functools.cache
def prepare_threads() -> None:
    """Have gRPC wait as this process's threads do; to be called before its first channel.

    Raises:
        ConnectError: what was replaced, and what was left, do not go together: nothing that is waited for would come.
    """
    # Not imported here: whoever replaced something has imported them.
    gevent = sys.modules.get("gevent.monkey")
    if gevent is not None and gevent.is_module_patched("threading"):
        from grpc.experimental import gevent as grpc_gevent

        grpc_gevent.init_gevent()
    elif gevent is not None and gevent.is_module_patched("queue"):
        raise ConnectError(
            "gevent has replaced the queues of this process, but not its threads, between which they carry nothing; "
            "say monkey.patch_all(), or leave both out with monkey.patch_all(thread=False, queue=False)"
        )
    eventlet = sys.modules.get("eventlet.patcher")
    if eventlet is not None and eventlet.is_monkey_patched("thread"):
        raise ConnectError(
            "eventlet has replaced the threads of this process, and gRPC needs real ones; leave them out with "
            "eventlet.monkey_patch(thread=False), or use gevent, with which gRPC works"
        )
