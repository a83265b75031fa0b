"""Which pickles any reader takes alike, so that nobody on the way needs to open them (docs/protocol.md, rule V5)."""

from __future__ import annotations

import re
from typing import Final

CAPABILITY: Final = "unopened"

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
