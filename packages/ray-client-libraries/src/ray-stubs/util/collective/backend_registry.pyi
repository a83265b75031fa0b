from ray_client.util.collective.backend_registry import *
