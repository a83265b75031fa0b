"""Types of `.remote()`, for type checkers alone: each parameter takes a value or a reference to one, as in Ray's stubs.

`Takes2[T0, T1, R]` is whatever wraps a function that can be called with a `T0` and a `T1` and gives an `R`: matching
a remote function against it is how a checker finds out its parameters one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R", covariant=True)
T0 = TypeVar("T0", contravariant=True)
T1 = TypeVar("T1", contravariant=True)
T2 = TypeVar("T2", contravariant=True)
T3 = TypeVar("T3", contravariant=True)
T4 = TypeVar("T4", contravariant=True)
T5 = TypeVar("T5", contravariant=True)
T6 = TypeVar("T6", contravariant=True)
T7 = TypeVar("T7", contravariant=True)
T8 = TypeVar("T8", contravariant=True)
T9 = TypeVar("T9", contravariant=True)


class Returns(Protocol[P, R]):
    """Wraps a function."""

    @property
    def _function(self) -> Callable[P, R]: ...


class Yields(Protocol[P, R]):
    """Wraps a generator function."""

    @property
    def _function(self) -> Callable[P, Iterator[R]]: ...


class Takes1(Protocol[T0, R]):
    """Wraps a function of one parameter."""

    @property
    def _function(self) -> Callable[[T0], R]: ...


class Takes2(Protocol[T0, T1, R]):
    """Wraps a function of two parameters."""

    @property
    def _function(self) -> Callable[[T0, T1], R]: ...


class Takes3(Protocol[T0, T1, T2, R]):
    """Wraps a function of three parameters."""

    @property
    def _function(self) -> Callable[[T0, T1, T2], R]: ...


class Takes4(Protocol[T0, T1, T2, T3, R]):
    """Wraps a function of four parameters."""

    @property
    def _function(self) -> Callable[[T0, T1, T2, T3], R]: ...


class Takes5(Protocol[T0, T1, T2, T3, T4, R]):
    """Wraps a function of five parameters."""

    @property
    def _function(self) -> Callable[[T0, T1, T2, T3, T4], R]: ...


class Takes6(Protocol[T0, T1, T2, T3, T4, T5, R]):
    """Wraps a function of six parameters."""

    @property
    def _function(self) -> Callable[[T0, T1, T2, T3, T4, T5], R]: ...


class Takes7(Protocol[T0, T1, T2, T3, T4, T5, T6, R]):
    """Wraps a function of seven parameters."""

    @property
    def _function(self) -> Callable[[T0, T1, T2, T3, T4, T5, T6], R]: ...


class Takes8(Protocol[T0, T1, T2, T3, T4, T5, T6, T7, R]):
    """Wraps a function of eight parameters."""

    @property
    def _function(self) -> Callable[[T0, T1, T2, T3, T4, T5, T6, T7], R]: ...


class Takes9(Protocol[T0, T1, T2, T3, T4, T5, T6, T7, T8, R]):
    """Wraps a function of nine parameters."""

    @property
    def _function(self) -> Callable[[T0, T1, T2, T3, T4, T5, T6, T7, T8], R]: ...


class Takes10(Protocol[T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, R]):
    """Wraps a function of ten parameters."""

    @property
    def _function(self) -> Callable[[T0, T1, T2, T3, T4, T5, T6, T7, T8, T9], R]: ...
