"""How the user wants instances of some classes pickled; known to every session of this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Serializer(NamedTuple):
    """What makes something that can be pickled of an instance, and an instance of that again."""

    serialize: Callable[[Any], Any]
    deserialize: Callable[[Any], Any]


#: By the exact class, as in Ray.
SERIALIZERS: dict[type, Serializer] = {}
