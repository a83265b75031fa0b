"""Handles that pass for instances of another class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ray_client.session.session import Session


class Presented:
    """A handle whose session may say for an instance of which class it passes: under the hook, of one of Ray's.

    `isinstance` asks for the attribute where the type itself does not match, so it is true for both classes.
    """

    __slots__ = ()

    _session: Session

    def _presented_class(self) -> type[Any]:
        return self._session.presented_classes.get(type(self), type(self))

    __class__ = property(_presented_class)
