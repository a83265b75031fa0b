"""How long to wait between tries."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BackoffPolicy:
    """Exponential delays with jitter. A plain value: it never sleeps and reads no clock."""

    first_s: float = 0.05
    factor: float = 2.0
    cap_s: float = 2.0
    budget_s: float = math.inf  #: total waiting allowed

    def __post_init__(self) -> None:
        if not (0 < self.first_s <= self.cap_s and self.factor >= 1):
            raise ValueError(f"delays must start above 0 and never shrink: {self}")

    def delays(self, rng: Callable[[], float] = random.random) -> Iterator[float]:
        """Yield the seconds to wait before each retry; ends once the budget is spent."""
        left, step = self.budget_s, self.first_s
        while left > 0:
            delay = min(step * (0.5 + rng() / 2), left)
            yield delay
            left -= delay
            step = min(step * self.factor, self.cap_s)
