"""Run a gateway that says something else of itself than it is: another range of protocols, fewer capabilities.

    python claiming.py '{"oldest": 7, "newest": 9}' start --address ...

Run in the cluster's environment. Everything but what it claims is the real command.
"""

from __future__ import annotations

import dataclasses
import json
import sys

from ray_client_proto.wire.handshake import Claims
from ray_client_server import cli

if __name__ == "__main__":  # the fork server imports this file again
    claims = Claims(**json.loads(sys.argv[1]))
    settings = cli.gateway_settings(cli.parser().parse_args(sys.argv[2:]))
    cli.start(dataclasses.replace(settings, claims=claims))
