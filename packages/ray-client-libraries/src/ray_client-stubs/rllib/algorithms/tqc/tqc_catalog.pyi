from ray_client.rllib.algorithms.sac.sac_catalog import SACCatalog
from typing import Any
import gymnasium
class TQCCatalog(SACCatalog):
 n_quantiles: Any
 n_critics: Any
 qf_head_config: Any
 def __init__(self, observation_space: gymnasium.Space, action_space: gymnasium.Space, model_config_dict: dict, view_requirements: dict = ...) -> None: ...
