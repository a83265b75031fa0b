"""Describes a running cluster: `python -m ray_client_server.cluster.probe`.

A process of its own, since the gateway never imports Ray. One line of JSON on stdin, one on stdout.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Answer for the address on stdin."""
    answer_fd = os.dup(1)
    os.dup2(2, 1)  # what Ray prints is no answer
    address = json.loads(sys.stdin.readline())["address"]
    from ray_client_server.driver import ray_port

    try:
        facts = ray_port.describe_cluster(address)
    except Exception as error:  # noqa: BLE001 - Ray raises many kinds here, and each is an answer
        facts = {"error": f"{type(error).__name__}: {error}"}
    os.write(answer_fd, json.dumps(facts).encode() + b"\n")


if __name__ == "__main__":
    main()
