from ray_client.data.context import DataContext
from ray_client.data.datasource.datasource import Datasource
from ray_client.data.datasource.datasource import ReadTask
from typing import Any
from typing import Dict
from typing import List
from typing import Literal
from typing import Optional
from typing import Union
import fsspec
import lerobot.datasets.dataset_metadata
import pathlib
import pyarrow.fs
class LeRobotDatasource(Datasource):
 distilled_metas: Any
 original_metas: Any
 def __init__(self, root: Union[str, pathlib.Path, List[Union[str, pathlib.Path]]], *, episodes: Optional[List[int]] = ..., read_granularity: Literal['file', 'episode'] = ..., filesystem: Optional[pyarrow.fs.FileSystem | fsspec.AbstractFileSystem] = ..., storage_options: Optional[Dict[str, Any]] = ..., frame_tolerance_s: Optional[float] = ..., delta_timestamps: Optional[Dict[str, List[float]]] = ..., delta_tolerance_s: float = ...) -> None: ...
 @property
 def meta(self) -> lerobot.datasets.dataset_metadata.LeRobotDatasetMetadata: ...
 def estimate_inmemory_data_size(self) -> Optional[int]: ...
 def default_num_blocks(self) -> int: ...
 def get_read_tasks(self, parallelism: int, per_task_row_limit: Optional[int] = ..., data_context: Optional[DataContext] = ...) -> List[ReadTask]: ...
 def get_name(self) -> str: ...
 @property
 def supports_distributed_reads(self) -> bool: ...
