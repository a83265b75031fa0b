"""What `ray.client_builder` has."""

from ray_client.api.client_builder import ClientBuilder, client
from ray_client.api.context import ClientContext

__all__ = ["ClientBuilder", "ClientContext", "client"]
