"""What `ray.util.multiprocessing` has: the interface of Python's process pools, with actors for processes."""

from multiprocessing import JoinableQueue, TimeoutError

from ray_client.util.multiprocessing.pool import Pool

__all__ = ["JoinableQueue", "Pool", "TimeoutError"]
