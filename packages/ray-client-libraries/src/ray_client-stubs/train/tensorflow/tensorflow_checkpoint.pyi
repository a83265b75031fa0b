from ray_client.data.preprocessor import Preprocessor
from ray_client.train._internal.framework_checkpoint import FrameworkCheckpoint
from typing import Any
from typing import Optional
import tensorflow.keras
class TensorflowCheckpoint(FrameworkCheckpoint):
 MODEL_FILENAME_KEY: Any
 @classmethod
 def from_model(cls, model: tensorflow.keras.Model, *, preprocessor: Optional[Preprocessor] = ...) -> TensorflowCheckpoint: ...
 @classmethod
 def from_h5(cls, file_path: str, *, preprocessor: Optional[Preprocessor] = ...) -> TensorflowCheckpoint: ...
 @classmethod
 def from_saved_model(cls, dir_path: str, *, preprocessor: Optional[Preprocessor] = ...) -> TensorflowCheckpoint: ...
 def get_model(self) -> tensorflow.keras.Model: ...
TYPE_CHECKING: bool
V2_MIGRATION_GUIDE_LINK_MESSAGE: str
