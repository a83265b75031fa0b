from ray_client.tune.search.bayesopt import *
