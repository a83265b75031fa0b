"""Where objects lie on the cluster."""

from ray_client.api.queries import get_local_object_locations, get_object_locations

__all__ = ["get_local_object_locations", "get_object_locations"]
