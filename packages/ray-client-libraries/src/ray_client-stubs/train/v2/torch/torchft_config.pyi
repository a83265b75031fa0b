from ray_client.train.torch.config import TorchConfig
from typing import Any
from typing import Dict
LighthouseServerActor: Any
TORCHFT_LIGHTHOUSE_ADDR_ENV_VAR: str
class TorchftConfig(TorchConfig):
 lighthouse_kwargs: Any
 def __init__(self, lighthouse_kwargs: Dict[str, Any], **kwargs: Any) -> None: ...
 @property
 def backend_cls(self) -> Any: ...
