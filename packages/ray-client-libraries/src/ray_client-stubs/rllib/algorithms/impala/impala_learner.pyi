from typing import Any
from typing import Dict
class IMPALALearner(Any):
 def __init__(self, *args: Any, **kwargs: Any) -> None: ...
 def build(self) -> None: ...
 def update(self, training_data: Any, *, timesteps: Dict[str, Any], return_state: bool = ..., **kwargs: Any) -> Any: ...
 def before_gradient_based_update(self, *, timesteps: Dict[str, Any]) -> None: ...
 def remove_module(self, module_id: str) -> Any: ...
 def shutdown(self) -> None: ...
 @classmethod
 def rl_module_required_apis(cls) -> list[type]: ...
ALL_MODULES: str
BATCHES_PER_AGGREGATION: int
COMPONENT_RL_MODULE: str
GPU_LOADER_LOAD_TO_GPU_TIMER: str
GPU_LOADER_QUEUE_WAIT_TIMER: str
LEARNER_RESULTS_CURR_ENTROPY_COEFF_KEY: str
LEARNER_THREAD_ENV_STEPS_DROPPED: str
LEARNER_THREAD_IN_QUEUE_WAIT_TIMER: str
LEARNER_THREAD_UPDATE_TIMER: str
NUM_ENV_STEPS_SAMPLED_LIFETIME: str
QUEUE_SIZE_GPU_LOADER_QUEUE: str
QUEUE_SIZE_LEARNER_THREAD_QUEUE: str
QUEUE_SIZE_RESULTS_QUEUE: str
RAY_GET_EPISODES_TIMER: str
