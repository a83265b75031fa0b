from ray_client.serve.config import AutoscalingContext
from typing import Any
from typing import Dict
from typing import Optional
from typing import Tuple
from typing import Union
class AsyncInferenceAutoscalingPolicy:
 def __init__(self, broker_url: str, queue_name: str, rabbitmq_management_url: Optional[str] = ..., poll_interval_s: float = ...) -> None: ...
 def __call__(self, ctx: AutoscalingContext) -> Tuple[Union[int, float], Dict[str, Any]]: ...
DEFAULT_ASYNC_INFERENCE_QUEUE_POLL_INTERVAL_S: float
SERVE_LOGGER_NAME: str
