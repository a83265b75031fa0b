from ray_client.rllib.algorithms.algorithm import Algorithm
from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from typing import Any
from typing import Callable
from typing import List
from typing import Optional
from typing import Tuple
from typing import Type
from typing import Union
from typing_extensions import Self
class DQN(Algorithm):
 @classmethod
 def get_default_config(cls) -> DQNConfig: ...
 @classmethod
 def get_default_policy_class(cls, config: AlgorithmConfig) -> Optional[Type[Any]]: ...
 def setup(self, config: AlgorithmConfig) -> None: ...
 def training_step(self) -> None: ...
class DQNConfig(AlgorithmConfig):
 exploration_config: Any
 rollout_fragment_length: Any
 epsilon: Any
 grad_clip: Any
 grad_clip_by: Any
 lr: Any
 train_batch_size: Any
 min_time_s_per_iteration: Any
 min_sample_timesteps_per_iteration: Any
 target_network_update_freq: Any
 num_steps_sampled_before_learning_starts: Any
 store_buffer_in_checkpoints: Any
 adam_epsilon: Any
 tau: Any
 num_atoms: Any
 v_min: Any
 v_max: Any
 noisy: Any
 sigma0: Any
 dueling: Any
 hiddens: Any
 double_q: Any
 n_step: Any
 before_learn_on_batch: Any
 training_intensity: Any
 td_error_loss_fn: Any
 categorical_distribution_temperature: Any
 burn_in_len: Any
 replay_buffer_config: Any
 lr_schedule: Any
 buffer_size: Any
 prioritized_replay: Any
 learning_starts: Any
 replay_batch_size: Any
 replay_sequence_length: Any
 prioritized_replay_alpha: Any
 prioritized_replay_beta: Any
 prioritized_replay_eps: Any
 def __init__(self, algo_class: Any = ...) -> None: ...
 def training(self, *, target_network_update_freq: Optional[int] = ..., replay_buffer_config: Optional[dict] = ..., store_buffer_in_checkpoints: Optional[bool] = ..., lr_schedule: Optional[List[List[Union[int, float]]]] = ..., epsilon: Optional[Any] = ..., adam_epsilon: Optional[float] = ..., grad_clip: Optional[int] = ..., num_steps_sampled_before_learning_starts: Optional[int] = ..., tau: Optional[float] = ..., num_atoms: Optional[int] = ..., v_min: Optional[float] = ..., v_max: Optional[float] = ..., noisy: Optional[bool] = ..., sigma0: Optional[float] = ..., dueling: Optional[bool] = ..., hiddens: Optional[int] = ..., double_q: Optional[bool] = ..., n_step: Optional[Union[int, Tuple[int, int]]] = ..., before_learn_on_batch: Callable[[Type[Any], List[Type[Any]], Type[int]], Type[Any]] = ..., training_intensity: Optional[float] = ..., td_error_loss_fn: Optional[str] = ..., categorical_distribution_temperature: Optional[float] = ..., burn_in_len: Optional[int] = ..., **kwargs: Any) -> Self: ...
 def validate(self) -> None: ...
 def get_rollout_fragment_length(self, worker_index: int = ...) -> int: ...
 def get_default_rl_module_spec(self) -> Any: ...
 def get_default_learner_class(self) -> Union[Type[Any], str]: ...
ALL_MODULES: str
DEPRECATED_VALUE: int
class DQNTFPolicy(Any): ...
class DQNTorchPolicy(Any): ...
ENV_RUNNER_RESULTS: str
ENV_RUNNER_SAMPLING_TIMER: str
LAST_TARGET_UPDATE_TS: str
LEARNER_RESULTS: str
LEARNER_UPDATE_TIMER: str
NUM_AGENT_STEPS_SAMPLED: str
NUM_AGENT_STEPS_SAMPLED_LIFETIME: str
NUM_ENV_STEPS_SAMPLED: str
NUM_ENV_STEPS_SAMPLED_LIFETIME: str
NUM_TARGET_UPDATES: str
NotProvided: Any
REPLAY_BUFFER_ADD_DATA_TIMER: str
REPLAY_BUFFER_RESULTS: str
REPLAY_BUFFER_SAMPLE_TIMER: str
REPLAY_BUFFER_UPDATE_PRIOS_TIMER: str
SAMPLE_TIMER: str
SYNCH_WORKER_WEIGHTS_TIMER: str
TD_ERROR_KEY: str
TIMERS: str
def calculate_rr_weights(config: AlgorithmConfig) -> List[float]: ...
