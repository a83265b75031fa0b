from ray_client.data.namespace_expressions.struct_namespace import *
