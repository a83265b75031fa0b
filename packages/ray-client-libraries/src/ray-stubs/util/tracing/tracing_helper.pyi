from ray_client.util.tracing.tracing_helper import *
