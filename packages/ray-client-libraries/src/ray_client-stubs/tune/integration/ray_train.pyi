from ray_client.train import Checkpoint
from ray_client.train import UserCallback
from typing import Any
from typing import Dict
from typing import List
from typing import Optional
CHECKPOINT_PATH_KEY: str
class TuneReportCallback(UserCallback):
 def __init__(self) -> None: ...
 def after_report(self, run_context: Any, metrics: List[Dict[str, Any]], checkpoint: Optional[Checkpoint]) -> Any: ...
