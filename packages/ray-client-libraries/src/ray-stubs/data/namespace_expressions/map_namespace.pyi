from ray_client.data.namespace_expressions.map_namespace import *
