from typing import Any
from typing import Dict
from typing import Optional
class DQNLearner(Any):
 def build(self) -> None: ...
 def add_module(self, *, module_id: Any, module_spec: Any, config_overrides: Optional[Dict] = ..., new_should_module_be_updated: Optional[Any] = ...) -> Any: ...
 def after_gradient_based_update(self, *, timesteps: Dict[str, Any]) -> None: ...
 @classmethod
 def rl_module_required_apis(cls) -> list[type]: ...
ATOMS: str
LAST_TARGET_UPDATE_TS: str
NUM_ENV_STEPS_SAMPLED_LIFETIME: str
NUM_TARGET_UPDATES: str
QF_LOGITS: str
QF_LOSS_KEY: str
QF_MAX_KEY: str
QF_MEAN_KEY: str
QF_MIN_KEY: str
QF_NEXT_PREDS: str
QF_PREDS: str
QF_PROBS: str
QF_TARGET_NEXT_PREDS: str
QF_TARGET_NEXT_PROBS: str
TD_ERROR_MEAN_KEY: str
