from ray_client.dag.output_node import *
