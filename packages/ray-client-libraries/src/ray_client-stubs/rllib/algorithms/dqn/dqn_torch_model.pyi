from typing import Any
from typing import Sequence
import gymnasium.spaces
class DQNTorchModel(Any, nn.Module):
 dueling: Any
 num_atoms: Any
 v_min: Any
 v_max: Any
 sigma0: Any
 advantage_module: Any
 value_module: Any
 def __init__(self, obs_space: gymnasium.spaces.Space, action_space: gymnasium.spaces.Space, num_outputs: int, model_config: Any, name: str, *, q_hiddens: Sequence[int] = ..., dueling: bool = ..., dueling_activation: str = ..., num_atoms: int = ..., use_noisy: bool = ..., v_min: float = ..., v_max: float = ..., sigma0: float = ..., add_layer_norm: bool = ...) -> None: ...
 def get_q_value_distributions(self, model_out: Any) -> Any: ...
 def get_state_value(self, model_out: Any) -> Any: ...
nn: Any
