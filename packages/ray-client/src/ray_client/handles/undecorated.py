"""The way back from an actor class to the class that was decorated, under the private names that programs take."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class ActorClassMetadata(NamedTuple):
    """What programs read of Ray's `__ray_metadata__`: tests make an instance of the class without a cluster."""

    modified_class: type[Any]  #: without the methods that Ray adds to it on the cluster
    class_name: str


class Undecorated(Generic[T]):
    """What an actor class was made of."""

    _class: type[T]

    @property
    def __ray_actor_class__(self) -> type[T]:
        """The class that this was made of."""
        return self._class

    @property
    def __ray_metadata__(self) -> ActorClassMetadata:
        """The same class, as Ray's own record has it."""
        return ActorClassMetadata(self._class, self._class.__name__)
