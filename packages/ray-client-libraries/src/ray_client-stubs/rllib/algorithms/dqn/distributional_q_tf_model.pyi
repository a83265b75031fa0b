from typing import Any
from typing import List
import gymnasium.spaces
class DistributionalQTFModel(Any):
 model_out: Any
 q_value_head: Any
 state_value_head: Any
 def __init__(self, obs_space: gymnasium.spaces.Space, action_space: gymnasium.spaces.Space, num_outputs: int, model_config: Any, name: str, q_hiddens: Any = ..., dueling: bool = ..., num_atoms: int = ..., use_noisy: bool = ..., v_min: float = ..., v_max: float = ..., sigma0: float = ..., add_layer_norm: bool = ...) -> None: ...
 def get_q_value_distributions(self, model_out: Any) -> List[Any]: ...
 def get_state_value(self, model_out: Any) -> Any: ...
tf: Any
