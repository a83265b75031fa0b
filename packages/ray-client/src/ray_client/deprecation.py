"""How we warn of what Ray has deprecated: with the class that Ray has for it, so that a program's filters meet it."""

from __future__ import annotations

import sys
import warnings

from ray_client.tracebacks import users_stacklevel


class RayDeprecationWarning(DeprecationWarning):
    """Something of Ray's is to go away."""

    __module__ = "ray_client.util.annotations"  # there Ray has it too, and there it is found when it travels


if not sys.warnoptions:  # as Ray does: also where a library's code is what calls, and once for each module
    warnings.filterwarnings("module", category=RayDeprecationWarning)


def warn_deprecated(text: str) -> None:
    """Warn at the line of the program that called us."""
    warnings.warn(text, RayDeprecationWarning, stacklevel=users_stacklevel())
