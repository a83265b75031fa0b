"""Objects of the cluster's ray that have no counterpart here (docs/protocol.md, rule T8)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from ray_client.errors import OpaqueObjectError
from ray_client_proto.wire import tokens


class _OpaqueType(type):
    """The type of opaque classes; a class of this type stands for a global of `ray`."""

    ray_module: str
    ray_qualname: str

    def __repr__(cls) -> str:
        return f"<opaque {cls.ray_module}.{cls.ray_qualname}>"


class Opaque(metaclass=_OpaqueType):
    """Keeps what its pickle said, to say it again when it is passed back."""

    ray_module = ""
    ray_qualname = ""

    def __new__(cls, *args: Any, **kwargs: Any) -> Opaque:
        self = super().__new__(cls)
        object.__setattr__(self, "_opaque_args", args)
        object.__setattr__(self, "_opaque_state", None)
        return self

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        object.__setattr__(self, "_opaque_state", state)

    def __reduce__(self) -> tuple[Any, ...]:
        # The class itself is pickled as a `ray_global` token: see `token_makers`.
        return type(self), self._opaque_args, self._opaque_state

    def __repr__(self) -> str:
        return f"<opaque {self.ray_module}.{self.ray_qualname} of the cluster>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):  # protocols probe for these
            raise AttributeError(name)
        raise OpaqueObjectError(f"this {self.ray_module}.{self.ray_qualname}", f"read its attribute {name!r}")


@functools.cache
def opaque_global(module: str, qualname: str) -> type[Opaque]:
    """Give the stand-in for a global of `ray`; the same one each time."""
    names = {"ray_module": module, "ray_qualname": qualname, "__module__": __name__}
    return cast("type[Opaque]", _OpaqueType(qualname.rpartition(".")[2], (Opaque,), names))


def opaque_class_token(cls: _OpaqueType) -> tuple[Any, tuple[str, str]]:
    """Give the token that names the real thing on the cluster."""
    return tokens.ray_global, (cls.ray_module, cls.ray_qualname)


#: For the pickler: opaque classes are found by their metaclass.
OPAQUE_TOKEN_MAKERS: dict[type, Callable[[Any], tuple[Any, tuple[str, str]]]] = {_OpaqueType: opaque_class_token}
