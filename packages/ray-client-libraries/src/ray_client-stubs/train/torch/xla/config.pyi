from ray_client.train.torch.config import TorchConfig
from typing import Any
import dataclasses
@dataclasses.dataclass
class TorchXLAConfig(TorchConfig):
 neuron_parallel_compile: bool = ...
 @property
 def backend_cls(self) -> Any: ...
