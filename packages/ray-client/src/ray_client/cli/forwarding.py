"""`ray-client forward`."""

from __future__ import annotations

import argparse
import sys

from ray_client.api.lifecycle import connect
from ray_client.errors import RayClientError


def run_forward(options: argparse.Namespace) -> int:
    """Forward a port until Ctrl-C, or the end of the session; give the exit code."""
    try:
        with (
            connect(options.address, log_to_driver=False) as context,
            context.forward(options.port, options.host, options.local_port) as found,
        ):
            print(f"{found.url} leads to port {options.port} of {options.host} on the cluster", flush=True)
            found.wait()
        print("ray-client: the session has ended", file=sys.stderr)
        return 1
    except (RayClientError, OSError, ValueError) as error:
        print(f"ray-client: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
