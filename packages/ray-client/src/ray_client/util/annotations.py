"""The decorators with which Ray's own code, and that of some packages, says how stable an interface is."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from enum import Enum
from typing import Any

from ray_client.deprecation import RayDeprecationWarning
from ray_client.tracebacks import shorten_all

__all__ = ["AnnotationType", "Deprecated", "DeveloperAPI", "PublicAPI", "RayDeprecationWarning"]


class AnnotationType(Enum):
    """What an interface is said to be."""

    PUBLIC_API = "PublicAPI"
    DEVELOPER_API = "DeveloperAPI"
    DEPRECATED = "Deprecated"
    UNKNOWN = "Unknown"


def PublicAPI(*args: Any, **kwargs: Any) -> Any:  # noqa: N802 - Ray's name
    """Mark what is for everyone, as `@PublicAPI` or `@PublicAPI(stability="beta", api_group=...)`."""
    _check_stability(kwargs.get("stability", "stable"))
    return _decorate(args, lambda obj: _mark(obj, AnnotationType.PUBLIC_API, kwargs.get("api_group", "Others")))


def DeveloperAPI(*args: Any, **kwargs: Any) -> Any:  # noqa: N802 - Ray's name
    """Mark what is for those who build on Ray, as `@DeveloperAPI` or `@DeveloperAPI()`."""
    return _decorate(args, lambda obj: _mark(obj, AnnotationType.DEVELOPER_API))


def Deprecated(*args: Any, **kwargs: Any) -> Any:  # noqa: N802 - Ray's name
    """Mark what is to go away, as `@Deprecated` or `@Deprecated(message=..., warning=True)`.

    Args:
        args: what is marked, where no brackets are.
        kwargs: `message`, which says what to use instead, and `warning`: warn whoever calls it.

    Raises:
        ValueError: there is no such argument.
    """
    message, warning = kwargs.pop("message", ""), kwargs.pop("warning", False)
    if kwargs:
        raise ValueError(f"Deprecated has no {', '.join(map(repr, kwargs))}; it takes message and warning")

    def mark(obj: Any) -> Any:
        _mark(obj, AnnotationType.DEPRECATED)
        return _warning(obj, message) if warning else obj

    return _decorate(args, mark)


def _check_stability(stability: str) -> None:
    if stability not in ("stable", "beta", "alpha"):
        raise AssertionError(f"{stability!r} is no stability: stable, beta or alpha is")


def _decorate(args: tuple[Any, ...], mark: Callable[[Any], Any]) -> Any:
    return mark(args[0]) if len(args) == 1 and callable(args[0]) else mark


def _mark(obj: Any, kind: AnnotationType, api_group: str = "Others") -> Any:
    if hasattr(obj, "__name__"):  # a property has none
        obj._annotated, obj._annotated_type, obj._annotated_api_group = obj.__name__, kind, api_group
    return obj


def _warning(obj: Any, message: str) -> Any:
    """Have calls of a function, or of a class's constructor, warn."""
    called = obj.__init__ if inspect.isclass(obj) else obj
    text = f"{obj.__qualname__} is deprecated{f': {message}' if message else ''}"

    @functools.wraps(called)
    def warn(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(text, RayDeprecationWarning, stacklevel=2)
        return called(*args, **kwargs)

    if not inspect.isclass(obj):
        return warn
    obj.__init__ = warn  # type: ignore[method-assign]  # decorators of classes do
    return obj


def _is_annotated(obj: Any) -> bool:
    """Tell whether one of the above has marked just this, and not a class that it derives from."""
    return hasattr(obj, "_annotated") and obj._annotated == obj.__name__


def _get_annotation_type(obj: Any) -> str | None:
    """Give what it was marked as."""
    return str(obj._annotated_type.value) if _is_annotated(obj) else None


shorten_all(globals())
