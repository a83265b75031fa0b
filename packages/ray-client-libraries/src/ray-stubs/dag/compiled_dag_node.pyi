from ray_client.dag.compiled_dag_node import *
