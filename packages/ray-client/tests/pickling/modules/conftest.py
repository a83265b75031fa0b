"""Shapes, the processes of a cluster and the other interpreters are plain scripts beside the tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "source")]
