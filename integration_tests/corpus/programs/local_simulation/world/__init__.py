"""The world: its parts and its laws."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    births: float
    deaths: float


@dataclass
class Part:
    prey: int
    predators: int

    def describe(self):
        return f"{self.prey} prey, {self.predators} predators"


def start(seed):
    generator = random.Random(seed)
    return Part(generator.randint(50, 99), generator.randint(5, 20))
