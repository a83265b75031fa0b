"""The hook needs the client beside the server, as in `nox -s unit-hook`; without it there is nothing to test."""

from __future__ import annotations

import importlib.util

collect_ignore_glob = ["test_*"] if importlib.util.find_spec("ray_client") is None else []
