"""What `ray.types` has: the type of references, for annotations."""

from ray_client.handles.object_ref import ObjectRef

__all__ = ["ObjectRef"]
