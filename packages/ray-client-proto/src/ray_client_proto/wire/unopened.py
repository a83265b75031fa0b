"""Which pickles any reader takes alike, so that nobody on the way needs to open them (docs/protocol.md, rule V5)."""

from __future__ import annotations

import re
from typing import Final

CAPABILITY: Final = "unopened"

#: Of modules whose names readers of this protocol take in a way of their own: tokens, our tree, paths; and of what a
#: worker lacks or has otherwise: cloudpickle, which writes code by value, and the client's program. A pickle spells the
#: name of each module out that it takes something from.
_READ_IN_OWN_WAY: Final = (b"ray_client", b"cloudpickle", b"pathlib", b"__main__")
#: `ray` and what is in it, at the beginning of a short text; many other names end so, such as that of `xarray`.
_OF_RAY: Final = re.compile(rb"\x8c[\x03-\xff]ray[.\x94]")


def means_the_same_to_all(stream: bytes) -> bool:
    """Tell whether a pickle of protocol 5 surely needs no reader of ours; texts that look like such names refuse it.

    >>> import collections, pathlib, pickle
    >>> [means_the_same_to_all(pickle.dumps(value, 5)) for value in (collections.Counter("a"), pathlib.Path())]
    [True, False]
    """
    if any(name in stream for name in _READ_IN_OWN_WAY):
        return False
    return not (b"ray." in stream or b"ray\x94" in stream) or _OF_RAY.search(stream) is None
