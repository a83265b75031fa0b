from ray_client.data.util.expression_utils import *
