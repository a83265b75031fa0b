from ray_client.rllib.algorithms.algorithm import Algorithm
from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from typing import Any
from typing import Optional
from typing import Union
from typing_extensions import Self
class DreamerV3(Algorithm):
 def compute_single_action(self, *args: Any, **kwargs: Any) -> Any: ...
 @classmethod
 def get_default_config(cls) -> DreamerV3Config: ...
 def setup(self, config: AlgorithmConfig) -> Any: ...
 def training_step(self) -> None: ...
 @property
 def training_ratio(self) -> float: ...
 def __setstate__(self, state: Any) -> None: ...
class DreamerV3Config(AlgorithmConfig):
 model_size: Any
 training_ratio: Any
 replay_buffer_config: Any
 world_model_lr: Any
 actor_lr: Any
 critic_lr: Any
 batch_size_B: Any
 batch_length_T: Any
 horizon_H: Any
 gae_lambda: Any
 entropy_scale: Any
 return_normalization_decay: Any
 train_critic: Any
 train_actor: Any
 intrinsic_rewards_scale: Any
 world_model_grad_clip_by_global_norm: Any
 critic_grad_clip_by_global_norm: Any
 actor_grad_clip_by_global_norm: Any
 symlog_obs: Any
 use_float16: Any
 use_curiosity: Any
 metrics_num_episodes_for_smoothing: Any
 report_individual_batch_item_stats: Any
 report_dream_data: Any
 report_images_and_videos: Any
 lr: Any
 gamma: Any
 train_batch_size: Any
 num_env_runners: Any
 rollout_fragment_length: Any
 enable_rl_module_and_learner: Any
 enable_env_runner_and_connector_v2: Any
 use_worker_filter_stats: Any
 def __init__(self, algo_class: Any = ...) -> None: ...
 def build_env_to_module_connector(self, env: Any, spaces: Any, device: Any) -> Any: ...
 @property
 def batch_size_B_per_learner(self) -> Any: ...
 def training(self, *, model_size: Optional[str] = ..., training_ratio: Optional[float] = ..., batch_size_B: Optional[int] = ..., batch_length_T: Optional[int] = ..., horizon_H: Optional[int] = ..., gae_lambda: Optional[float] = ..., entropy_scale: Optional[float] = ..., return_normalization_decay: Optional[float] = ..., train_critic: Optional[bool] = ..., train_actor: Optional[bool] = ..., intrinsic_rewards_scale: Optional[float] = ..., world_model_lr: Optional[Any] = ..., actor_lr: Optional[Any] = ..., critic_lr: Optional[Any] = ..., world_model_grad_clip_by_global_norm: Optional[float] = ..., critic_grad_clip_by_global_norm: Optional[float] = ..., actor_grad_clip_by_global_norm: Optional[float] = ..., symlog_obs: Optional[Union[bool, str]] = ..., use_float16: Optional[bool] = ..., replay_buffer_config: Optional[dict] = ..., use_curiosity: Optional[bool] = ..., **kwargs: Any) -> Self: ...
 def reporting(self, *, report_individual_batch_item_stats: Optional[bool] = ..., report_dream_data: Optional[bool] = ..., report_images_and_videos: Optional[bool] = ..., **kwargs: Any) -> Any: ...
 def validate(self) -> None: ...
 def get_default_learner_class(self) -> Any: ...
 def get_default_rl_module_spec(self) -> Any: ...
DEFAULT_MODULE_ID: str
ENV_RUNNER_RESULTS: str
INPUT_ENV_SINGLE_SPACES: str
LEARNER_RESULTS: str
LEARN_ON_BATCH_TIMER: str
NUM_ENV_STEPS_SAMPLED_LIFETIME: str
NUM_ENV_STEPS_TRAINED_LIFETIME: str
NUM_GRAD_UPDATES_LIFETIME: str
NUM_SYNCH_WORKER_WEIGHTS: str
NotProvided: Any
REPLAY_BUFFER_RESULTS: str
SAMPLE_TIMER: str
SYNCH_WORKER_WEIGHTS_TIMER: str
TIMERS: str
