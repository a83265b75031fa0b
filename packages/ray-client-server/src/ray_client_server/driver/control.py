"""The driver's end of its line to the gateway: JSON lines over a unix socket."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

from ray_client_proto.threads import Thread

log = logging.getLogger(__name__)


class Control:
    """Reports events to the gateway and takes its orders. Safe from any thread."""

    def __init__(self, path: str, session_id: str) -> None:
        """Connect, and say hello.

        Raises:
            OSError: no gateway listens there.
        """
        self._session_id = session_id
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise
        self.report("hello", pid=os.getpid())

    def report(self, event: str, **fields: Any) -> None:
        """Tell the gateway of an event; one that is gone is passed over, since its EOF ends the driver anyway."""
        line = json.dumps({"session": self._session_id, "event": event, **fields}) + "\n"
        try:
            with self._lock:
                self._socket.sendall(line.encode())
        except OSError as error:
            log.info("control.gone event=%s error=%s", event, error)

    def listen(self, on_order: Callable[[dict[str, Any]], None], on_gone: Callable[[], None]) -> None:
        """Start to pass on the gateway's orders; `on_gone` is called when it is gone."""

        def run() -> None:
            try:
                with self._socket.makefile("r", encoding="utf-8") as lines:
                    for line in lines:
                        on_order(json.loads(line))
            except (OSError, ValueError) as error:
                log.warning("control.broken error=%s", error)
            on_gone()

        Thread("control", run).start()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
