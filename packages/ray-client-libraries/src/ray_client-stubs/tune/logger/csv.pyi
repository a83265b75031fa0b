from ray_client.tune.experiment.trial import Trial
from ray_client.tune.logger.logger import LoggerCallback
from typing import Any
from typing import Dict
class CSVLoggerCallback(LoggerCallback):
 def __init__(self) -> None: ...
 def log_trial_result(self, iteration: int, trial: Trial, result: Dict) -> Any: ...
 def log_trial_end(self, trial: Trial, failed: bool = ...) -> Any: ...
EXPR_PROGRESS_FILE: str
TYPE_CHECKING: bool
