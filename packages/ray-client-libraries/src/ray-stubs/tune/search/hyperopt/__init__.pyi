from ray_client.tune.search.hyperopt import *
