from typing import Any
import gymnasium
class BCCatalog(Any):
 pi_head_hiddens: Any
 pi_head_activation: Any
 pi_head_config: Any
 def __init__(self, observation_space: gymnasium.Space, action_space: gymnasium.Space, model_config_dict: dict) -> None: ...
 def build_pi_head(self, framework: str) -> Any: ...
