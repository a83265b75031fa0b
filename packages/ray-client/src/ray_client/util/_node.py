"""The machine that this runs on; in a task these are Ray's functions, and the machine is the task's node."""

from __future__ import annotations

import os
import socket

from ray_client.tracebacks import shorten_all

__all__ = ["get_node_instance_id", "get_node_ip_address"]


def get_node_ip_address(address: str | None = None) -> str:
    """Give the address of this machine.

    Args:
        address: `host:port` to be reached; None: any other network. Nothing is sent there.
    """
    host, _, port = (address or "192.0.2.1:53").rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, int(port)))  # of a datagram socket: it only looks for the way there
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"  # no network


def get_node_instance_id() -> str:
    """Give the id that the cloud has for this machine; empty where nobody has set one."""
    return os.environ.get("RAY_CLOUD_INSTANCE_ID", "")


shorten_all(globals())
