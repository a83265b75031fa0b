from ray_client.serve._private.http_util import ASGIAppReplicaWrapper
from typing import Any
from typing import Callable
import gradio
class GradioIngress(ASGIAppReplicaWrapper):
 def __init__(self, builder: Callable[[], gradio.Blocks]) -> None: ...
GradioServer: Any
SERVE_LOGGER_NAME: str
