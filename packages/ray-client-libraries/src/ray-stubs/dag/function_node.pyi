from ray_client.dag.function_node import *
