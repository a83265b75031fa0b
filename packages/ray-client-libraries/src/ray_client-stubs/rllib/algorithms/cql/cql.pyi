from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray_client.rllib.algorithms.sac.sac import SAC
from ray_client.rllib.algorithms.sac.sac import SACConfig
from typing import Any
from typing import Optional
from typing import Type
from typing import Union
from typing_extensions import Self
class CQL(SAC):
 @classmethod
 def get_default_config(cls) -> CQLConfig: ...
 @classmethod
 def get_default_policy_class(cls, config: AlgorithmConfig) -> Optional[Type[Any]]: ...
 def training_step(self) -> None: ...
class CQLConfig(SACConfig):
 bc_iters: Any
 temperature: Any
 num_actions: Any
 lagrangian: Any
 lagrangian_thresh: Any
 min_q_weight: Any
 deterministic_backup: Any
 lr: Any
 actor_lr: Any
 critic_lr: Any
 alpha_lr: Any
 replay_buffer_config: Any
 min_sample_timesteps_per_iteration: Any
 min_train_timesteps_per_iteration: Any
 timesteps_per_iteration: Any
 def __init__(self, algo_class: Any = ...) -> None: ...
 def training(self, *, bc_iters: Optional[int] = ..., temperature: Optional[float] = ..., num_actions: Optional[int] = ..., lagrangian: Optional[bool] = ..., lagrangian_thresh: Optional[float] = ..., min_q_weight: Optional[float] = ..., deterministic_backup: Optional[bool] = ..., **kwargs: Any) -> Self: ...
 def offline_data(self, **kwargs: Any) -> Self: ...
 def get_default_learner_class(self) -> Union[Type[Any], str]: ...
 def build_learner_connector(self, input_observation_space: Any, input_action_space: Any, device: Any = ...) -> Any: ...
 def validate(self) -> None: ...
 def get_default_rl_module_spec(self) -> Any: ...
class CQLTFPolicy(Any): ...
class CQLTorchPolicy(Any): ...
DEPRECATED_VALUE: int
LAST_TARGET_UPDATE_TS: str
LEARNER_RESULTS: str
LEARNER_UPDATE_TIMER: str
NUM_AGENT_STEPS_SAMPLED: str
NUM_AGENT_STEPS_TRAINED: str
NUM_ENV_STEPS_SAMPLED: str
NUM_ENV_STEPS_TRAINED: str
NUM_TARGET_UPDATES: str
NotProvided: Any
OFFLINE_SAMPLING_TIMER: str
SAMPLE_TIMER: str
SYNCH_WORKER_WEIGHTS_TIMER: str
TARGET_NET_UPDATE_TIMER: str
TIMERS: str
tf: Any
