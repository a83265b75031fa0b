from ray_client.tune.utils.release_test_util import *
