from ray_client.data.namespace_expressions.string_namespace import *
