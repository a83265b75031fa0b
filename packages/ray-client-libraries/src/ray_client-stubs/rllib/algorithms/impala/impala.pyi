from ray_client.rllib.algorithms.algorithm import Algorithm
from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from typing import Any
from typing import List
from typing import Optional
from typing import Type
from typing import Union
from typing_extensions import Self
class IMPALA(Algorithm):
 @classmethod
 def get_default_config(cls) -> IMPALAConfig: ...
 @classmethod
 def get_default_policy_class(cls, config: AlgorithmConfig) -> Optional[Type[Any]]: ...
 def setup(self, config: AlgorithmConfig) -> Any: ...
 def training_step(self) -> Any: ...
 def restore_env_runners(self, env_runner_group: Any) -> List[int]: ...
class IMPALAConfig(AlgorithmConfig):
 exploration_config: Any
 vtrace: Any
 vtrace_clip_rho_threshold: Any
 vtrace_clip_pg_rho_threshold: Any
 learner_queue_size: Any
 timeout_s_sampler_manager: Any
 timeout_s_aggregator_manager: Any
 broadcast_interval: Any
 num_gpu_loader_threads: Any
 grad_clip: Any
 grad_clip_by: Any
 vf_loss_coeff: Any
 entropy_coeff: Any
 num_learners: Any
 num_aggregator_actors_per_learner: Any
 rollout_fragment_length: Any
 train_batch_size: Any
 num_env_runners: Any
 lr: Any
 min_time_s_per_iteration: Any
 use_env_runner_state_server: Any
 lr_schedule: Any
 entropy_coeff_schedule: Any
 num_multi_gpu_tower_stacks: Any
 minibatch_buffer_size: Any
 replay_proportion: Any
 replay_buffer_num_slots: Any
 learner_queue_timeout: Any
 opt_type: Any
 decay: Any
 momentum: Any
 epsilon: Any
 num_gpus: Any
 num_aggregation_workers: Any
 max_requests_in_flight_per_aggregator_worker: Any
 def __init__(self, algo_class: Any = ...) -> None: ...
 def training(self, *, vtrace: Optional[bool] = ..., vtrace_clip_rho_threshold: Optional[float] = ..., vtrace_clip_pg_rho_threshold: Optional[float] = ..., num_gpu_loader_threads: Optional[int] = ..., num_multi_gpu_tower_stacks: Optional[int] = ..., minibatch_buffer_size: Optional[int] = ..., replay_proportion: Optional[float] = ..., replay_buffer_num_slots: Optional[int] = ..., learner_queue_size: Optional[int] = ..., learner_queue_timeout: Optional[float] = ..., timeout_s_sampler_manager: Optional[float] = ..., timeout_s_aggregator_manager: Optional[float] = ..., broadcast_interval: Optional[int] = ..., grad_clip: Optional[float] = ..., opt_type: Optional[str] = ..., lr_schedule: Optional[List[List[Union[int, float]]]] = ..., decay: Optional[float] = ..., momentum: Optional[float] = ..., epsilon: Optional[float] = ..., vf_loss_coeff: Optional[float] = ..., entropy_coeff: Optional[Any] = ..., entropy_coeff_schedule: Optional[List[List[Union[int, float]]]] = ..., _separate_vf_optimizer: Optional[bool] = ..., _lr_vf: Optional[float] = ..., num_aggregation_workers: Any = ..., max_requests_in_flight_per_aggregator_worker: Any = ..., **kwargs: Any) -> Self: ...
 def debugging(self, *, _env_runners_only: Optional[bool] = ..., _skip_learners: Optional[bool] = ..., **kwargs: Any) -> Self: ...
 def validate(self) -> None: ...
 @property
 def replay_ratio(self) -> float: ...
 def get_default_learner_class(self) -> Any: ...
 def get_default_rl_module_spec(self) -> Any: ...
 def build_learner_connector(self, input_observation_space: Any, input_action_space: Any, device: Any = ...) -> Any: ...
AGGREGATOR_ACTOR_RESULTS: str
ALL_MODULES: str
COMPONENT_ENV_TO_MODULE_CONNECTOR: str
COMPONENT_MODULE_TO_ENV_CONNECTOR: str
DEPRECATED_VALUE: int
ENV_RUNNER_RESULTS: str
LEARNER_GROUP: str
LEARNER_RESULTS: str
LEARNER_RESULTS_CURR_ENTROPY_COEFF_KEY: str
LEARNER_UPDATE_TIMER: str
MEAN_NUM_EPISODE_LISTS_RECEIVED: str
MEAN_NUM_LEARNER_GROUP_UPDATE_CALLED: str
MEAN_NUM_LEARNER_RESULTS_RECEIVED: str
NUM_AGENT_STEPS_SAMPLED: str
NUM_AGENT_STEPS_TRAINED: str
NUM_ENV_STEPS_SAMPLED: str
NUM_ENV_STEPS_SAMPLED_LIFETIME: str
NUM_ENV_STEPS_TRAINED: str
NUM_ENV_STEPS_TRAINED_LIFETIME: str
NUM_SYNCH_WORKER_WEIGHTS: str
NUM_TRAINING_STEP_CALLS_SINCE_LAST_SYNCH_WORKER_WEIGHTS: str
NotProvided: Any
SAMPLE_TIMER: str
SYNCH_WORKER_WEIGHTS_TIMER: str
TIMERS: str
def make_learner_thread(local_worker: Any, config: Any) -> Any: ...
