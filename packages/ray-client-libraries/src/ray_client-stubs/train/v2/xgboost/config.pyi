from ray_client.train.xgboost.config import XGBoostConfig as XGBoostConfig_
from typing import Any
class XGBoostConfig(XGBoostConfig_):
 @property
 def train_func_context(self) -> Any: ...
