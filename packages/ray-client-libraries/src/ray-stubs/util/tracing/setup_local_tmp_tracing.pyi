from ray_client.util.tracing.setup_local_tmp_tracing import *
