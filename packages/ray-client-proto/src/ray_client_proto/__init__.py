"""The protocol between `ray-client` and `ray-client-server`.

`ray_client_proto.v1` is generated from the `.proto` files; `ray_client_proto.wire` has the rules
that both ends share. Importing this package loads neither.
"""

from importlib.metadata import version

__version__ = version("ray-client-proto")

__all__ = ["__version__"]
