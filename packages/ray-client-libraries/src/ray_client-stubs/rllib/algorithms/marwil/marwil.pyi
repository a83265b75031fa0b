from ray_client.rllib.algorithms.algorithm import Algorithm
from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig
from typing import Any
from typing import Optional
from typing import Type
from typing import Union
from typing_extensions import Self
class MARWIL(Algorithm):
 @classmethod
 def get_default_config(cls) -> MARWILConfig: ...
 @classmethod
 def get_default_policy_class(cls, config: AlgorithmConfig) -> Optional[Type[Any]]: ...
 def training_step(self) -> None: ...
class MARWILConfig(AlgorithmConfig):
 exploration_config: Any
 beta: Any
 bc_logstd_coeff: Any
 moving_average_sqd_adv_norm_update_rate: Any
 moving_average_sqd_adv_norm_start: Any
 vf_coeff: Any
 grad_clip: Any
 input_: Any
 postprocess_inputs: Any
 lr: Any
 lambda_: Any
 train_batch_size: Any
 burnin_len: Any
 materialize_data: Any
 materialize_mapped_data: Any
 def __init__(self, algo_class: Any = ...) -> None: ...
 def training(self, *, beta: Optional[float] = ..., bc_logstd_coeff: Optional[float] = ..., moving_average_sqd_adv_norm_update_rate: Optional[float] = ..., moving_average_sqd_adv_norm_start: Optional[float] = ..., vf_coeff: Optional[float] = ..., grad_clip: Optional[float] = ..., burnin_len: Optional[int] = ..., **kwargs: Any) -> Self: ...
 def get_default_rl_module_spec(self) -> Any: ...
 def get_default_learner_class(self) -> Union[Type[Any], str]: ...
 def evaluation(self, **kwargs: Any) -> Self: ...
 def offline_data(self, **kwargs: Any) -> Self: ...
 def build(self, env: Optional[Union[str, Any]] = ..., **kwargs: Any) -> Algorithm: ...
 def build_learner_connector(self, input_observation_space: Any, input_action_space: Any, device: Any = ...) -> Any: ...
 def validate(self) -> None: ...
LEARNER_RESULTS: str
LEARNER_UPDATE_TIMER: str
NUM_AGENT_STEPS_SAMPLED: str
NUM_ENV_STEPS_SAMPLED: str
NUM_ENV_STEPS_SAMPLED_LIFETIME: str
NotProvided: Any
OFFLINE_SAMPLING_TIMER: str
SAMPLE_TIMER: str
SYNCH_WORKER_WEIGHTS_TIMER: str
TIMERS: str
