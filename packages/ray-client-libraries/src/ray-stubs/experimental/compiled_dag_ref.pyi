from ray_client.experimental.compiled_dag_ref import *
