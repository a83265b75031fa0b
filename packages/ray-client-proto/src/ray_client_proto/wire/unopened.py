"""Which pickles any reader takes alike, so that nobody on the way needs to open them (docs/protocol.md, rule V5)."""

from __future__ import annotations

import re
from typing import Any, Final

CAPABILITY: Final = "unopened"

#: Values of these types are their own pickle: no handle can hide in them, so no Python runs for them.
ATOMS: Final = frozenset({int, float, bool, str, bytes, type(None)})
_CONTAINERS: Final = frozenset({list, dict})
_ATOMS_AND_CONTAINERS: Final = ATOMS | _CONTAINERS
_MAX_CONTAINERS: Final = 100_000  #: in a value that is left closed: no more of them are looked at

#: `ray` and what is in it, at the beginning of a short text; many other names end so, such as that of `xarray`.
_OF_RAY: Final = re.compile(rb"\x8c[\x03-\xff]ray[.\x94]")


def means_the_same_to_all(stream: bytes) -> bool:
    """Tell whether a pickle of protocol 5 surely needs no reader of ours; texts that look like such names refuse it.

    A pickle spells out the name of each module that it takes something from.

    >>> import collections, pathlib, pickle
    >>> [means_the_same_to_all(pickle.dumps(value, 5)) for value in (collections.Counter("a"), pathlib.Path())]
    [True, False]
    """
    # What readers of this protocol take in a way of their own: tokens, our tree, paths. And what a worker lacks, or has
    # otherwise: cloudpickle, which makes what went by value, and the client's program. No loop: most values are small.
    return not (
        b"ray_client" in stream
        or b"cloudpickle" in stream
        or b"__main__" in stream
        or b"pathlib" in stream
        or ((b"ray." in stream or b"ray\x94" in stream) and _OF_RAY.search(stream) is not None)
    )


def is_too_plain(value: Any) -> bool:
    """Tell whether Ray would pickle nothing of a value; or there are too many lists to tell, as in a circle.

    Ray has plain lists and dictionaries, and those in them, in a format of its own, where each is written as often as
    it occurs, and becomes an object of its own; only what else they hold is pickled.

    >>> is_too_plain({"a": [1, [2.5]]}), is_too_plain([(1, 2)])
    (True, False)
    """
    if type(value) not in _CONTAINERS:
        return type(value) in ATOMS
    found, kinds = [value], set[type]()
    for container in found:
        items = container if type(container) is list else container.values()
        here = set(map(type, items))
        kinds |= here
        if not _CONTAINERS.isdisjoint(here):
            found += [item for item in items if type(item) in _CONTAINERS]
        if len(found) > _MAX_CONTAINERS:
            return True
    return kinds <= _ATOMS_AND_CONTAINERS


def untangled(value: Any) -> Any:
    """Give a value with new plain lists and dictionaries, none of which occurs twice, or in something else."""
    if type(value) is list:
        return [untangled(item) if type(item) in _CONTAINERS else item for item in value]
    if type(value) is dict:
        return {key: untangled(item) if type(item) in _CONTAINERS else item for key, item in value.items()}
    return value
