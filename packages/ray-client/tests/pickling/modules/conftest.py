"""The shapes and the processes of the cluster are plain scripts beside the tests, as are the other interpreters."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "source")]
