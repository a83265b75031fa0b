from ray_client.rllib.algorithms.iql.iql import IQL as IQL
from ray_client.rllib.algorithms.iql.iql import IQLConfig as IQLConfig
