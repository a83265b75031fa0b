from ray_client.rllib.algorithms.dqn.dqn_learner import DQNLearner
from typing import Any
class SACLearner(DQNLearner):
 def build(self) -> None: ...
 def remove_module(self, module_id: Any) -> None: ...
 def add_module(self, *, module_id: Any, module_spec: Any, config_overrides: Any = ..., new_should_module_be_updated: Any = ...) -> Any: ...
ACTION_DIST_INPUTS_NEXT: str
ACTION_LOG_PROBS: str
ACTION_LOG_PROBS_NEXT: str
ACTION_PROBS: str
ACTION_PROBS_NEXT: str
CRITIC_TARGET: str
LOGPS_KEY: str
QF_LOSS_KEY: str
QF_MAX_KEY: str
QF_MEAN_KEY: str
QF_MIN_KEY: str
QF_PREDS: str
QF_TARGET_NEXT: str
QF_TWIN_LOSS_KEY: str
QF_TWIN_PREDS: str
TD_ERROR_MEAN_KEY: str
