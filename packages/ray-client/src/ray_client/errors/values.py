"""Values that cannot travel, or cannot be used here."""

from __future__ import annotations

import pickle

from ray_client.errors.base import RayClientError


class PicklingError(RayClientError, pickle.PicklingError, TypeError):
    """A value cannot be pickled, so it cannot be sent."""

    def __init__(self, what: str, reason: str, advice: str = "pass something else, or make it inside the task") -> None:
        super().__init__(f"cannot pickle {what}: {reason}; {advice}")
        self.what, self.reason, self.advice = what, reason, advice


class UnpicklingError(RayClientError, pickle.UnpicklingError):
    """A value cannot be unpickled; `side` is `client` or `cluster`."""

    def __init__(self, what: str, side: str, reason: str, missing_module: str = "") -> None:
        advice = "make sure that both sides have the same packages"
        if missing_module:
            here = "in this environment" if side == "client" else "on the cluster, or add it with runtime_env"
            advice = f"install the package of {missing_module!r} {here}"
        super().__init__(f"cannot unpickle {what} on the {side}: {reason}; {advice}")
        self.what, self.side, self.reason, self.missing_module = what, side, reason, missing_module


class MissingModuleError(UnpicklingError, ModuleNotFoundError):
    """A value cannot be unpickled since a module is missing on that `side`, `client` or `cluster`; `line` mends it."""

    def __init__(self, module: str, side: str, what: str, wanted: str, line: str) -> None:
        reason = f"No module named {module!r}"
        needed = f", which {wanted} is in" if wanted else ""
        RayClientError.__init__(self, f"cannot unpickle {what} on the {side}: {reason} there{needed}; add {line}")
        self.what, self.side, self.reason, self.missing_module = what, side, reason, module
        self.wanted, self.line = wanted, line

    @property
    def name(self) -> str:  # type: ignore[override]  # of ImportError, which would lose it in a pickle
        return self.missing_module


class OpaqueObjectError(RayClientError, TypeError):
    """An object of the cluster's ray, which has no counterpart here, was used other than by passing it on."""

    def __init__(self, what: str, doing: str) -> None:
        super().__init__(
            f"{what} exists only on the cluster, so this process cannot {doing}; pass it to a task or an actor and use "
            "it there"
        )
        self.what, self.doing = what, doing
