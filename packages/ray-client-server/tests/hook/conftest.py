"""The hook needs the client beside the server; where it is not, there is nothing to test (`nox -s unit-hook` has both)."""

from __future__ import annotations

import importlib.util

collect_ignore_glob = ["test_*"] if importlib.util.find_spec("ray_client") is None else []
