from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray_client.rllib.algorithms.dqn.dqn import DQN
from typing import Any
from typing import Dict
from typing import Optional
from typing import Tuple
from typing import Type
from typing import Union
from typing_extensions import Self
class SAC(DQN):
 def __init__(self, *args: Any, **kwargs: Any) -> None: ...
 @classmethod
 def get_default_config(cls) -> SACConfig: ...
 @classmethod
 def get_default_policy_class(cls, config: AlgorithmConfig) -> Optional[Type[Any]]: ...
class SACConfig(AlgorithmConfig):
 exploration_config: Any
 twin_q: Any
 q_model_config: Any
 policy_model_config: Any
 clip_actions: Any
 tau: Any
 initial_alpha: Any
 target_entropy: Any
 n_step: Any
 replay_buffer_config: Any
 store_buffer_in_checkpoints: Any
 training_intensity: Any
 optimization: Any
 actor_lr: Any
 critic_lr: Any
 alpha_lr: Any
 lr: Any
 grad_clip: Any
 target_network_update_freq: Any
 rollout_fragment_length: Any
 train_batch_size_per_learner: Any
 train_batch_size: Any
 num_steps_sampled_before_learning_starts: Any
 min_time_s_per_iteration: Any
 min_sample_timesteps_per_iteration: Any
 use_state_preprocessor: Any
 worker_side_prioritization: Any
 def __init__(self, algo_class: Any = ...) -> None: ...
 def training(self, *, twin_q: Optional[bool] = ..., q_model_config: Optional[Dict[str, Any]] = ..., policy_model_config: Optional[Dict[str, Any]] = ..., tau: Optional[float] = ..., initial_alpha: Optional[float] = ..., target_entropy: Optional[Union[str, float]] = ..., n_step: Optional[Union[int, Tuple[int, int]]] = ..., store_buffer_in_checkpoints: Optional[bool] = ..., replay_buffer_config: Optional[Dict[str, Any]] = ..., training_intensity: Optional[float] = ..., clip_actions: Optional[bool] = ..., grad_clip: Optional[float] = ..., optimization_config: Optional[Dict[str, Any]] = ..., actor_lr: Optional[Any] = ..., critic_lr: Optional[Any] = ..., alpha_lr: Optional[Any] = ..., target_network_update_freq: Optional[int] = ..., _deterministic_loss: Optional[bool] = ..., _use_beta_distribution: Optional[bool] = ..., num_steps_sampled_before_learning_starts: Optional[int] = ..., **kwargs: Any) -> Self: ...
 def validate(self) -> None: ...
 def get_rollout_fragment_length(self, worker_index: int = ...) -> int: ...
 def get_default_rl_module_spec(self) -> Any: ...
 def get_default_learner_class(self) -> Union[Type[Any], str]: ...
 def build_learner_connector(self, input_observation_space: Any, input_action_space: Any, device: Any = ...) -> Any: ...
DEPRECATED_VALUE: int
NotProvided: Any
class SACTFPolicy(Any): ...
tf: Any
