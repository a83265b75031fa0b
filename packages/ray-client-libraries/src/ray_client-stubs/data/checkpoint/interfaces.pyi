from ray_client.data.checkpoint.checkpoint_filter import CheckpointFilter
from ray_client.data.checkpoint.checkpoint_filter import CheckpointManager
from ray_client.data.datasource.partitioning import PathPartitionFilter
from typing import Any
from typing import Optional
from typing import Type
import enum
import pyarrow.fs
class CheckpointConfig:
 DEFAULT_CHECKPOINT_PATH_BUCKET_ENV_VAR: Any
 DEFAULT_CHECKPOINT_PATH_DIR: Any
 CHECKPOINT_ACTOR_POOL_MIN_SIZE: Any
 CHECKPOINT_ACTOR_POOL_MAX_SIZE: Any
 CHECKPOINT_ACTOR_MEMORY_BYTES: Any
 id_column: Any
 checkpoint_path: Any
 filesystem: Any
 backend: Any
 delete_checkpoint_on_success: Any
 write_num_threads: Any
 checkpoint_path_partition_filter: Any
 checkpoint_filter_cls: Any
 checkpoint_manager_cls: Any
 checkpoint_actor_pool_min_size: Any
 checkpoint_actor_pool_max_size: Any
 checkpoint_actor_memory_bytes: Any
 def __init__(self, id_column: Optional[str] = ..., checkpoint_path: Optional[str] = ..., *, delete_checkpoint_on_success: bool = ..., override_filesystem: Optional[pyarrow.fs.FileSystem] = ..., override_backend: Optional[CheckpointBackend] = ..., write_num_threads: int = ..., checkpoint_path_partition_filter: Optional[PathPartitionFilter] = ..., checkpoint_filter_cls: Optional[Type[CheckpointFilter]] = ..., checkpoint_manager_cls: Optional[Type[CheckpointManager]] = ...) -> None: ...
class CheckpointBackend(enum.Enum):
 CLOUD_OBJECT_STORAGE = 'CLOUD_OBJECT_STORAGE'
 FILE_STORAGE = 'FILE_STORAGE'
class InvalidCheckpointingConfig(Exception): ...
class InvalidCheckpointingOperators(Exception): ...
TYPE_CHECKING: bool
