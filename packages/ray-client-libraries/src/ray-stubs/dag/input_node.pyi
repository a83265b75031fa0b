from ray_client.dag.input_node import *
