"""What `ray.runtime_context` has: where this program runs, as Ray sees it."""

from ray_client.api.driver_facts import RuntimeContext, get_runtime_context

__all__ = ["RuntimeContext", "get_runtime_context"]
