"""What all errors of this package have in common."""

from __future__ import annotations

from typing import Any


def _restore(cls: type[RayClientError], args: tuple[Any, ...], fields: dict[str, Any]) -> RayClientError:
    """Give the pickled error again; its message is part of it, so no constructor has to run."""
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(fields)
    return error


class RayClientError(Exception):
    """Anything that goes wrong between this process and the cluster."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__.copy())
