from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray_client.rllib.algorithms.impala.impala import IMPALA
from ray_client.rllib.algorithms.impala.impala import IMPALAConfig
from typing import Any
from typing import Optional
from typing import Type
from typing_extensions import Self
class APPO(IMPALA):
 def __init__(self, config: Any, *args: Any, **kwargs: Any) -> None: ...
 def training_step(self) -> None: ...
 @classmethod
 def get_default_config(cls) -> APPOConfig: ...
 @classmethod
 def get_default_policy_class(cls, config: AlgorithmConfig) -> Optional[Type[Any]]: ...
class APPOConfig(IMPALAConfig):
 exploration_config: Any
 vtrace: Any
 use_gae: Any
 lambda_: Any
 clip_param: Any
 use_kl_loss: Any
 kl_coeff: Any
 kl_target: Any
 target_worker_clipping: Any
 use_circular_buffer: Any
 circular_buffer_num_batches: Any
 circular_buffer_iterations_per_batch: Any
 simple_queue_size: Any
 num_env_runners: Any
 target_network_update_freq: Any
 broadcast_interval: Any
 grad_clip: Any
 grad_clip_by: Any
 opt_type: Any
 lr: Any
 decay: Any
 momentum: Any
 epsilon: Any
 vf_loss_coeff: Any
 entropy_coeff: Any
 tau: Any
 lr_schedule: Any
 entropy_coeff_schedule: Any
 num_gpus: Any
 num_multi_gpu_tower_stacks: Any
 minibatch_buffer_size: Any
 replay_proportion: Any
 replay_buffer_num_slots: Any
 learner_queue_size: Any
 learner_queue_timeout: Any
 target_update_frequency: Any
 use_critic: Any
 def __init__(self, algo_class: Any = ...) -> None: ...
 def training(self, *, vtrace: Optional[bool] = ..., use_gae: Optional[bool] = ..., lambda_: Optional[float] = ..., clip_param: Optional[float] = ..., use_kl_loss: Optional[bool] = ..., kl_coeff: Optional[float] = ..., kl_target: Optional[float] = ..., target_network_update_freq: Optional[int] = ..., tau: Optional[float] = ..., target_worker_clipping: Optional[float] = ..., use_circular_buffer: Optional[bool] = ..., circular_buffer_num_batches: Optional[int] = ..., circular_buffer_iterations_per_batch: Optional[int] = ..., simple_queue_size: Optional[int] = ..., target_update_frequency: Any = ..., use_critic: Any = ..., **kwargs: Any) -> Self: ...
 def validate(self) -> None: ...
 def get_default_learner_class(self) -> Any: ...
 def get_default_rl_module_spec(self) -> Any: ...
DEPRECATED_VALUE: int
LAST_TARGET_UPDATE_TS: str
LEARNER_RESULTS_CURR_KL_COEFF_KEY: str
LEARNER_RESULTS_KL_KEY: str
LEARNER_RESULTS_MEAN_IS_KEY: str
LEARNER_RESULTS_VAR_IS_KEY: str
LEARNER_STATS_KEY: str
NUM_AGENT_STEPS_SAMPLED: str
NUM_ENV_STEPS_SAMPLED: str
NUM_TARGET_UPDATES: str
NotProvided: Any
OLD_ACTION_DIST_KEY: str
