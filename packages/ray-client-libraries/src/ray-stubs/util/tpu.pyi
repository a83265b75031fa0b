from ray_client.util.tpu import *
