"""Classes of the user's own that come back from the cluster: they are the ones that are here, as they are here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from cloudpickle import cloudpickle, cloudpickle_fast

#: Where cloudpickle has what makes classes: in 2.x partly in the second, which 3.x keeps as another name of the first.
_MODULES: Final = frozenset((cloudpickle.__name__, cloudpickle_fast.__name__))
_MAKERS: Final = frozenset(("_make_skeleton_class", "_make_skeleton_enum"))
_TRACKER_PLACE: Final = -2  #: of cloudpickle's id of the class, in the arguments of both makers


class KnownClasses:
    """Keeps cloudpickle from writing over a class that is here with what another process made of it.

    It finds the class by an id of its own, and would then put methods into it whose globals are copies of the
    module's. One for each value that is read.
    """

    def __init__(self) -> None:
        self._known: set[int] = set()

    def find(self, module: str, name: str) -> Callable[..., Any] | None:
        """Give what to use in the place of a function of cloudpickle's; None for anything else."""
        if module not in _MODULES:
            return None
        if name in _MAKERS:
            return self._maker(getattr(cloudpickle, name))
        return self._set_state if name == "_class_setstate" else None

    def _maker(self, make: Callable[..., Any]) -> Callable[..., Any]:
        def make_or_find(*args: Any) -> Any:
            # Not public, but the same in all versions that we support; it maps ids to classes.
            known = cloudpickle._DYNAMIC_CLASS_TRACKER_BY_ID.get(args[_TRACKER_PLACE])
            if known is None:
                return make(*args)
            # Not made a second time: its metaclass and `__init_subclass__` would register the copy in its place.
            self._known.add(id(known))
            return known

        return make_or_find

    def _set_state(self, cls: type, state: Any) -> Any:
        return cls if id(cls) in self._known else cloudpickle_fast._class_setstate(cls, state)
