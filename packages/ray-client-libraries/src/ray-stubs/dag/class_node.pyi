from ray_client.dag.class_node import *
