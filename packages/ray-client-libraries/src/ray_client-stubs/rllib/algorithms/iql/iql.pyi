from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray_client.rllib.algorithms.marwil.marwil import MARWIL
from ray_client.rllib.algorithms.marwil.marwil import MARWILConfig
from typing import Any
from typing import Optional
from typing import Type
from typing import Union
class IQL(MARWIL):
 @classmethod
 def get_default_config(cls) -> AlgorithmConfig: ...
class IQLConfig(MARWILConfig):
 beta: Any
 expectile: Any
 actor_lr: Any
 critic_lr: Any
 value_lr: Any
 lr: Any
 twin_q: Any
 target_network_update_freq: Any
 tau: Any
 def __init__(self, algo_class: Any = ...) -> None: ...
 def training(self, *, twin_q: Optional[bool] = ..., expectile: Optional[float] = ..., actor_lr: Optional[Any] = ..., critic_lr: Optional[Any] = ..., value_lr: Optional[Any] = ..., target_network_update_freq: Optional[int] = ..., tau: Optional[float] = ..., **kwargs: Any) -> IQLConfig: ...
 def get_default_learner_class(self) -> Union[Type[Any], str]: ...
 def get_default_rl_module_spec(self) -> Any: ...
 def build_learner_connector(self, input_observation_space: Any, input_action_space: Any, device: Any = ...) -> Any: ...
 def validate(self) -> None: ...
NotProvided: Any
