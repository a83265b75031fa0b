from ray_client.data.preprocessor import Preprocessor
from ray_client.train._internal.framework_checkpoint import FrameworkCheckpoint
from typing import Any
from typing import Optional
import xgboost
class XGBoostCheckpoint(FrameworkCheckpoint):
 MODEL_FILENAME: Any
 @classmethod
 def from_model(cls, booster: xgboost.Booster, *, preprocessor: Optional[Preprocessor] = ..., path: Optional[str] = ...) -> XGBoostCheckpoint: ...
 def get_model(self) -> xgboost.Booster: ...
TYPE_CHECKING: bool
V2_MIGRATION_GUIDE_LINK_MESSAGE: str
