from ray_client.data.block import Block
from ray_client.data.checkpoint.interfaces import CheckpointConfig
from ray_client.data.context import DataContext
from ray_client.types import ObjectRef
from typing import Any
from typing import Optional
from typing import Tuple
import numpy
import pyarrow.fs
class CheckpointFilter(object):
 ckpt_config: Any
 id_column: Any
 checkpoint_ref: Any
 def __init__(self, config: CheckpointConfig, checkpoint_ref: Optional[ObjectRef] = ...) -> None: ...
 def filter_rows_for_block(self, block: Block) -> Block: ...
class CheckpointManager(object):
 checkpoint_path: Any
 filesystem: Any
 id_column: Any
 checkpoint_path_partition_filter: Any
 checkpoint_path_unwrapped: Any
 def __init__(self, checkpoint_config: CheckpointConfig, data_context: DataContext) -> None: ...
 def load_checkpoint(self, data_file_dir: Optional[str] = ..., data_file_filesystem: Optional[pyarrow.fs.FileSystem] = ...) -> Tuple[Optional[ObjectRef[numpy.ndarray]], int]: ...
class IdColumnCheckpointManager(CheckpointManager): ...
class NumpyArrayBasedCheckpointFilter(CheckpointFilter):
 checkpointed_ids: Any
 def __init__(self, checkpoint_config: CheckpointConfig, checkpoint_ref: ObjectRef[numpy.ndarray]) -> None: ...
 def filter_rows_for_block(self, block: Block) -> Block: ...
CHECKPOINT_RECOVERY_MAX_ATTEMPTS: int
CHECKPOINT_RECOVERY_MAX_BACKOFF_S: int
PENDING_CHECKPOINT_SUFFIX: str
