from ray_client.tune.experiment.trial import Trial
from ray_client.tune.logger.logger import LoggerCallback
from typing import Any
from typing import Dict
from typing import Optional
class MLflowLoggerCallback(LoggerCallback):
 tracking_uri: Any
 registry_uri: Any
 experiment_name: Any
 tags: Any
 tracking_token: Any
 should_save_artifact: Any
 log_params_on_trial_end: Any
 mlflow_util: Any
 def __init__(self, tracking_uri: Optional[str] = ..., *, registry_uri: Optional[str] = ..., experiment_name: Optional[str] = ..., tags: Optional[Dict] = ..., tracking_token: Optional[str] = ..., save_artifact: bool = ..., log_params_on_trial_end: bool = ...) -> None: ...
 def setup(self, *args: Any, **kwargs: Any) -> Any: ...
 def log_trial_start(self, trial: Trial) -> Any: ...
 def log_trial_result(self, iteration: int, trial: Trial, result: Dict) -> Any: ...
 def log_trial_end(self, trial: Trial, failed: bool = ...) -> Any: ...
