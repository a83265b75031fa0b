from ray_client.rllib.algorithms.algorithm import Algorithm
from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from typing import Any
from typing import List
from typing import Optional
from typing import Type
from typing import Union
from typing_extensions import Self
class PPO(Algorithm):
 @classmethod
 def get_default_config(cls) -> PPOConfig: ...
 @classmethod
 def get_default_policy_class(cls, config: AlgorithmConfig) -> Optional[Type[Any]]: ...
 def training_step(self) -> None: ...
class PPOConfig(AlgorithmConfig):
 exploration_config: Any
 lr: Any
 rollout_fragment_length: Any
 train_batch_size: Any
 use_critic: Any
 use_gae: Any
 num_epochs: Any
 minibatch_size: Any
 shuffle_batch_per_epoch: Any
 lambda_: Any
 use_kl_loss: Any
 kl_coeff: Any
 kl_target: Any
 vf_loss_coeff: Any
 entropy_coeff: Any
 clip_param: Any
 vf_clip_param: Any
 grad_clip: Any
 num_env_runners: Any
 entropy_coeff_schedule: Any
 lr_schedule: Any
 sgd_minibatch_size: Any
 vf_share_layers: Any
 def __init__(self, algo_class: Any = ...) -> None: ...
 def get_default_rl_module_spec(self) -> Any: ...
 def get_default_learner_class(self) -> Union[Type[Any], str]: ...
 def training(self, *, use_critic: Optional[bool] = ..., use_gae: Optional[bool] = ..., lambda_: Optional[float] = ..., use_kl_loss: Optional[bool] = ..., kl_coeff: Optional[float] = ..., kl_target: Optional[float] = ..., vf_loss_coeff: Optional[float] = ..., entropy_coeff: Optional[float] = ..., entropy_coeff_schedule: Optional[List[List[Union[int, float]]]] = ..., clip_param: Optional[float] = ..., vf_clip_param: Optional[float] = ..., grad_clip: Optional[float] = ..., lr_schedule: Optional[List[List[Union[int, float]]]] = ..., vf_share_layers: Any = ..., **kwargs: Any) -> Self: ...
 def validate(self) -> None: ...
ALL_MODULES: str
DEPRECATED_VALUE: int
ENV_RUNNER_RESULTS: str
ENV_RUNNER_SAMPLING_TIMER: str
LEARNER_RESULTS: str
LEARNER_RESULTS_CURR_ENTROPY_COEFF_KEY: str
LEARNER_RESULTS_CURR_KL_COEFF_KEY: str
LEARNER_RESULTS_KL_KEY: str
LEARNER_RESULTS_VF_EXPLAINED_VAR_KEY: str
LEARNER_RESULTS_VF_LOSS_UNCLIPPED_KEY: str
LEARNER_STATS_KEY: str
LEARNER_UPDATE_TIMER: str
NUM_AGENT_STEPS_SAMPLED: str
NUM_ENV_STEPS_SAMPLED: str
NUM_ENV_STEPS_SAMPLED_LIFETIME: str
NUM_MODULE_STEPS_TRAINED_LIFETIME: str
NotProvided: Any
SAMPLE_TIMER: str
SYNCH_WORKER_WEIGHTS_TIMER: str
TIMERS: str
TYPE_CHECKING: bool
