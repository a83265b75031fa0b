from ray_client.rllib.algorithms.cql.cql import CQL as CQL
from ray_client.rllib.algorithms.cql.cql import CQLConfig as CQLConfig
from typing import Any
class CQLTorchPolicy(Any): ...
