from ray_client.data.util.jax_util import *
