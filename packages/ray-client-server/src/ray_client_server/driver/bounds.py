"""Bounds of what one operation may ask for, so that none holds up the session or fills its memory (docs/limits.md).

They are far above what programs do. What Ray itself refuses is left to Ray: its errors are the ones that programs know.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import limits
from ray_client_server.driver.errors import OperationError, refused

OBJECTS: Final = limits.OBJECTS  #: that one get or wait names
RESULTS: Final = limits.RESULTS  #: of one call


def check_objects(count: int) -> None:
    """Refuse a get or a wait that names too many objects.

    Raises:
        OperationError: it does.
    """
    if count > OBJECTS:
        raise _too_much("objects", count, OBJECTS, "objects of one get or wait")


def check_results(count: int, options: Mapping[str, Any] | None = None) -> None:
    """Refuse a call with too many results: those that the client named, or those that its options say.

    Raises:
        OperationError: it has.
    """
    asked = None if options is None else options.get("num_returns")
    for number in (count, asked):
        if isinstance(number, int) and number > RESULTS:
            raise _too_much("results", number, RESULTS, "results of one call")


def check_time(seconds: float) -> None:
    """Refuse a time that is none: a wait until then would never end.

    Raises:
        OperationError: it is not a number.
    """
    if math.isnan(seconds):
        raise refused(Failure.INVALID_ARGUMENT, "a time-out must be a number of seconds, not NaN")


def _too_much(limit: str, count: int, most: int, what: str) -> OperationError:
    return refused(Failure.LIMIT_EXCEEDED, f"{count} {what} are more than {most}", limit=limit, value=str(most))
