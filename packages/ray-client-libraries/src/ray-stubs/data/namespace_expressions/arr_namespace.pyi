from ray_client.data.namespace_expressions.arr_namespace import *
