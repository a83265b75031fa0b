"""What `ray.job_config` has."""

from ray_client.api.job_config import JobConfig

__all__ = ["JobConfig"]
