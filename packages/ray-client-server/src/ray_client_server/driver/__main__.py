"""`python -m ray_client_server.driver`: a driver whose settings, as JSON, come on standard input."""

from __future__ import annotations

import sys

from ray_client_server.config import DriverSettings
from ray_client_server.driver.main import run

if __name__ == "__main__":
    run(DriverSettings.from_json(sys.stdin.read()))
