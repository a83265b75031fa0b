from ray_client.data.preprocessor import Preprocessor
from ray_client.train._internal.framework_checkpoint import FrameworkCheckpoint
from typing import Any
from typing import Optional
import lightgbm
class LightGBMCheckpoint(FrameworkCheckpoint):
 MODEL_FILENAME: Any
 @classmethod
 def from_model(cls, booster: lightgbm.Booster, *, preprocessor: Optional[Preprocessor] = ..., path: Optional[str] = ...) -> LightGBMCheckpoint: ...
 def get_model(self) -> lightgbm.Booster: ...
TYPE_CHECKING: bool
V2_MIGRATION_GUIDE_LINK_MESSAGE: str
