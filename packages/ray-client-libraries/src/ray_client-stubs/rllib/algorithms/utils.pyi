from ray_client import ObjectRef
from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from typing import Any
from typing import List
class AggregatorActor(Any):
 config: Any
 metrics: Any
 def __init__(self, config: AlgorithmConfig, rl_module_spec: Any) -> None: ...
 def get_batch(self, episode_refs: List[ObjectRef]) -> Any: ...
 def get_metrics(self) -> Any: ...
