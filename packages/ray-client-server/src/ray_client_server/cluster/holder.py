"""Holds a one-node cluster: `python -m ray_client_server.cluster.holder`.

The settings are one line of JSON on stdin, and the answer is one on stdout. The cluster ends when stdin does, and so
with the gateway, however that ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys


def main() -> None:
    """Start the cluster, report it, and end it when stdin closes."""
    # Only the gateway ends the cluster. A handler that does nothing, since Ray's processes would inherit SIG_IGN.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    answer_fd = os.dup(1)
    os.dup2(2, 1)  # what Ray prints is no answer
    settings = json.loads(sys.stdin.readline())
    from ray_client_server.driver import ray_port

    try:
        facts = ray_port.start_cluster(settings["temp_dir"], settings["cpus"])
    except Exception as error:  # noqa: BLE001 - whatever Ray meets on its way: a full disk, a taken port, a dead raylet
        facts = {"error": f"{type(error).__name__}: {error}"}
    os.write(answer_fd, json.dumps(facts).encode() + b"\n")
    if "error" not in facts:
        sys.stdin.read()
    ray_port.leave()


if __name__ == "__main__":
    main()
