from ray_client.data.namespace_expressions.list_namespace import *
