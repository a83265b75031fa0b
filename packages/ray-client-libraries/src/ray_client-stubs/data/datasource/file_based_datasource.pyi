from ray_client.data.context import DataContext
from ray_client.data.datasource.datasource import Datasource
from ray_client.data.datasource.datasource import ReadTask
from ray_client.data.datasource.file_meta_provider import BaseFileMetadataProvider
from ray_client.data.datasource.partitioning import Partitioning
from ray_client.data.datasource.partitioning import PathPartitionFilter
from typing import Any
from typing import Dict
from typing import List
from typing import Literal
from typing import Optional
from typing import Union
import dataclasses
import pyarrow.fs
import pyarrow.lib
@dataclasses.dataclass
class FileShuffleConfig:
 seed: Optional[int] = ...
 reseed_after_execution: bool = ...
 def __post_init__(self) -> Any: ...
 def get_seed(self, execution_idx: int = ...) -> Optional[int]: ...
class FileBasedDatasource(Datasource):
 def __init__(self, paths: Union[str, List[str]], *, filesystem: Optional[pyarrow.fs.FileSystem] = ..., schema: Optional[Union[type, pyarrow.lib.Schema]] = ..., open_stream_args: Optional[Dict[str, Any]] = ..., meta_provider: BaseFileMetadataProvider = ..., partition_filter: PathPartitionFilter = ..., partitioning: Partitioning = ..., ignore_missing_paths: bool = ..., shuffle: Optional[Union[Literal['files'], FileShuffleConfig]] = ..., include_paths: bool = ..., file_extensions: Optional[List[str]] = ...) -> None: ...
 def estimate_inmemory_data_size(self) -> Optional[int]: ...
 def get_read_tasks(self, parallelism: int, per_task_row_limit: Optional[int] = ..., data_context: Optional[DataContext] = ...) -> List[ReadTask]: ...
 def resolve_compression(self, path: str, open_args: Dict[str, Any]) -> Optional[str]: ...
 @property
 def supports_distributed_reads(self) -> bool: ...
FILE_SIZE_FETCH_PARALLELIZATION_THRESHOLD: int
PATHS_PER_FILE_SIZE_FETCH_TASK: int
TYPE_CHECKING: bool
