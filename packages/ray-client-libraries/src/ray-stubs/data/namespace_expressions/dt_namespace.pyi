from ray_client.data.namespace_expressions.dt_namespace import *
