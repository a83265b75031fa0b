"""The protocol between `ray-client` and `ray-client-server`.

`ray_client_proto.v1` is generated from the `.proto` files; `ray_client_proto.wire` has the rules
that both ends share. Importing this package loads neither.
"""

from typing import Any

__all__ = ["__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # 15 ms that only those pay who ask

        return version("ray-client-proto")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
