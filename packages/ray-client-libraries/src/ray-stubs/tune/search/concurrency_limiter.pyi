from ray_client.tune.search.concurrency_limiter import *
