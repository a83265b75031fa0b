from ray_client.train import BackendConfig
from typing import Any
from typing import Dict
import dataclasses
@dataclasses.dataclass
class TensorflowConfig(BackendConfig):
 @property
 def backend_cls(self) -> Any: ...
 @property
 def framework(self) -> Any: ...
 def to_dict(self) -> Dict[str, Any]: ...
