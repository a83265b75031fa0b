from ray_client.rllib.algorithms.dreamerv3.dreamerv3 import DreamerV3 as DreamerV3
from ray_client.rllib.algorithms.dreamerv3.dreamerv3 import DreamerV3Config as DreamerV3Config
