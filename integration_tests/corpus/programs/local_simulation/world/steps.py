"""One step of time."""

from . import Parameters, Part


def advance(part: Part, parameters: Parameters, step: int) -> Part:
    eaten = min(part.prey, part.predators * 2)
    prey = int((part.prey - eaten) * (1 + parameters.births)) + step
    return Part(prey, max(1, int(part.predators * (1 - parameters.deaths)) + eaten // 10))
