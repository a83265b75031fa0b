"""What Ray prints for a driver: the output of workers, and what befell them. A part of `ray_port`.

Ray has no public way to it; all of this was tried with Ray 2.40 and 2.60.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import ray._private.worker
from ray._private import ray_constants
from ray._private.ray_logging import global_worker_stdstream_dispatcher

from ray_client_server.driver.port import WorkerLines

log = logging.getLogger(__name__)

# How Ray marks lines that are meant for people.
_EVENT = ray_constants.LOG_PREFIX_EVENT_SUMMARY
_INFO = ray_constants.LOG_PREFIX_INFO_MESSAGE


def listen_to_workers(callback: Callable[[WorkerLines], None]) -> None:
    """Have `callback` called with what Ray would print into the driver's own output.

    That is what workers write, for which Ray's own thread polls only if asked to at `join`, and what the cluster says
    of tasks and workers that died.
    """

    def receive(data: Mapping[str, Any], *_: object, **__: object) -> None:
        try:
            callback(_lines(data))
        except Exception:  # it would end Ray's thread, and with it the output of the session
            log.exception("driver.output_lost")

    global_worker_stdstream_dispatcher.remove_handler("ray_print_logs")
    global_worker_stdstream_dispatcher.add_handler("ray_client", receive)
    # What another thread calls with such messages, by this name.
    ray._private.worker.print_to_stdstream = receive


def _lines(data: Mapping[str, Any]) -> WorkerLines:
    pid = str(data.get("pid") or "")
    lines = list(data.get("lines") or ())
    # Of the autoscaler's whole log Ray shows a driver these lines only.
    if pid == "autoscaler":
        lines = [line.split(_EVENT, 1)[1] for line in lines if _EVENT in line]
    return WorkerLines(
        lines=[line.rsplit(_INFO, 1)[-1] for line in lines],
        is_stderr=bool(data.get("is_err")),
        task_name=str(data.get("actor_name") or data.get("task_name") or ("" if pid.isdigit() else pid)),
        # Of the autoscaler and the raylet it is a word.
        pid=int(pid) if pid.isdigit() else 0,
        # As Ray prints it: the driver's own node goes without saying.
        node_ip="" if data.get("ip") == data.get("localhost") else str(data.get("ip") or ""),
    )
