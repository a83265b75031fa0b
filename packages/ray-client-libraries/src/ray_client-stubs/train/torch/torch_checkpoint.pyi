from ray_client.data.preprocessor import Preprocessor
from ray_client.train._internal.framework_checkpoint import FrameworkCheckpoint
from typing import Any
from typing import Dict
from typing import Optional
import torch.nn
class TorchCheckpoint(FrameworkCheckpoint):
 MODEL_FILENAME: Any
 @classmethod
 def from_state_dict(cls, state_dict: Dict[str, Any], *, preprocessor: Optional[Preprocessor] = ...) -> TorchCheckpoint: ...
 @classmethod
 def from_model(cls, model: torch.nn.Module, *, preprocessor: Optional[Preprocessor] = ...) -> TorchCheckpoint: ...
 def get_model(self, model: Optional[torch.nn.Module] = ...) -> torch.nn.Module: ...
ENCODED_DATA_KEY: str
TYPE_CHECKING: bool
V2_MIGRATION_GUIDE_LINK_MESSAGE: str
