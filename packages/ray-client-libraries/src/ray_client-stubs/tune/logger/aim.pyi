from ray_client.tune.experiment.trial import Trial
from ray_client.tune.logger.logger import LoggerCallback
from typing import Any
from typing import Dict
from typing import List
from typing import Optional
from typing import Union
import aim.sdk
class AimLoggerCallback(LoggerCallback):
 VALID_HPARAMS: Any
 VALID_NP_HPARAMS: Any
 def __init__(self, repo: Optional[Union[str, aim.sdk.Repo]] = ..., experiment_name: Optional[str] = ..., metrics: Optional[List[str]] = ..., **aim_run_kwargs: Any) -> None: ...
 def log_trial_start(self, trial: Trial) -> Any: ...
 def log_trial_result(self, iteration: int, trial: Trial, result: Dict) -> Any: ...
 def log_trial_end(self, trial: Trial, failed: bool = ...) -> Any: ...
TIMESTEPS_TOTAL: str
TIME_TOTAL_S: str
TRAINING_ITERATION: str
TYPE_CHECKING: bool
