from ray_client.rllib.algorithms.bc.bc import BC as BC
from ray_client.rllib.algorithms.bc.bc import BCConfig as BCConfig
