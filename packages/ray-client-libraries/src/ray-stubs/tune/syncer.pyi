from ray_client.tune.syncer import *
