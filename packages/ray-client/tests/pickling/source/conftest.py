"""The cases and their carrier are plain scripts beside the tests: other interpreters run them too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
