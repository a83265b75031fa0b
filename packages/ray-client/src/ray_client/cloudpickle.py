"""What `ray.cloudpickle` has: the names of cloudpickle, with which Ray pickles what is sent to the cluster.

Ray carries a copy of its own; this is the cloudpickle of this environment, whose pickles the cluster reads as well.
"""

from __future__ import annotations

import pickle
from pickle import PicklingError
from typing import Any

from cloudpickle import (
    DEFAULT_PROTOCOL,
    CloudPickler,
    Pickler,
    dump,
    dumps,
    load,
    loads,
    register_pickle_by_value,
    unregister_pickle_by_value,
)

__all__ = [
    "CloudPickler",
    "DEFAULT_PROTOCOL",
    "Pickler",
    "PicklingError",
    "dump",
    "dump_debug",
    "dumps",
    "dumps_debug",
    "load",
    "loads",
    "register_pickle_by_value",
    "unregister_pickle_by_value",
]


def dumps_debug(obj: Any, *args: Any, **kwargs: Any) -> bytes:
    """Do `dumps`; the error tells how to find what cannot be pickled.

    Raises:
        TypeError, PicklingError: some part of it cannot be pickled.
    """
    try:
        pickled: bytes = dumps(obj, *args, **kwargs)
    except (TypeError, pickle.PicklingError) as exc:
        raise _with_advice(exc, "dumps", obj) from exc
    return pickled


def dump_debug(obj: Any, *args: Any, **kwargs: Any) -> None:
    """Do `dump`; the error tells how to find what cannot be pickled.

    Raises:
        TypeError, PicklingError: some part of it cannot be pickled.
    """
    try:
        dump(obj, *args, **kwargs)
    except (TypeError, pickle.PicklingError) as exc:
        raise _with_advice(exc, "dump", obj) from exc


def _with_advice(exc: Exception, function: str, obj: object) -> Exception:
    advice = "ray.util.inspect_serializability(obj) shows which part of it cannot"
    return type(exc)(f"ray.cloudpickle.{function} cannot pickle {obj!r}: {exc}; {advice}")
