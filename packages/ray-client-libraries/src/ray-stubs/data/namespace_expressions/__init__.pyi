from ray_client.data.namespace_expressions import *
