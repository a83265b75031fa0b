"""What `ray.util.serialization` has: serializers of the user's own."""

from ray_client.api.serializers import deregister_serializer, register_serializer

__all__ = ["deregister_serializer", "register_serializer"]
