from ray_client.serve.schema import TaskProcessorAdapter
from ray_client.serve.schema import TaskProcessorConfig
from typing import Any
from typing import Callable
from typing import Optional
DEFAULT_CONSUMER_CONCURRENCY: int
SERVE_LOGGER_NAME: str
def instantiate_adapter_from_config(task_processor_config: TaskProcessorConfig) -> TaskProcessorAdapter: ...
def task_consumer(*, task_processor_config: TaskProcessorConfig) -> Any: ...
def task_handler(_func: Optional[Callable] = ..., *, name: Optional[str] = ...) -> Callable: ...
