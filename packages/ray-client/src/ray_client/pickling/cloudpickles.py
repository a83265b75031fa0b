"""What pickles of other versions of cloudpickle ask for: 3.x has functions in places where 2.x has none."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

from cloudpickle import cloudpickle_fast

#: Where they are in 2.x, and in 3.x under the older name as well.
_MOVED: Final = frozenset(("_function_setstate", "_class_setstate"))


def find_moved(name: str) -> Callable[..., Any] | None:
    """Give what 3.x means by a name in its module `cloudpickle.cloudpickle`; None if 2.x has it there too."""
    if name in _MOVED:
        return getattr(cloudpickle_fast, name)  # type: ignore[no-any-return]  # cloudpickle has no annotations
    return _kind_of_field if name == "_get_dataclass_field_type_sentinel" else None


def _kind_of_field(name: str) -> Any:
    """Give the mark by which `dataclasses` tells fields from class variables: one object, found by its name."""
    return getattr(dataclasses, name)
