from ray_client.train.v2._internal.constants import is_v2_enabled as is_v2_enabled
from ray_client.train.v2.xgboost.config import XGBoostConfig as XGBoostConfig
from ray_client.train.v2.xgboost.xgboost_trainer import XGBoostTrainer as XGBoostTrainer
from ray_client.train.xgboost._xgboost_utils import RayTrainReportCallback as RayTrainReportCallback
from ray_client.train.xgboost.xgboost_checkpoint import XGBoostCheckpoint as XGBoostCheckpoint
