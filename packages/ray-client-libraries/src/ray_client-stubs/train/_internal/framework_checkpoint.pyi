from ray_client.data.preprocessor import Preprocessor
from ray_client.train import Checkpoint
from typing import Any
from typing import Optional
class FrameworkCheckpoint(Checkpoint):
 def get_preprocessor(self) -> Optional[Preprocessor]: ...
 def set_preprocessor(self, preprocessor: Preprocessor) -> Any: ...
