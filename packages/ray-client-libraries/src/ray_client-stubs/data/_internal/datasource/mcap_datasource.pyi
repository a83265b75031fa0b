from ray_client.data.datasource.file_based_datasource import FileBasedDatasource
from typing import Any
from typing import List
from typing import Optional
from typing import Set
from typing import Union
import dataclasses
class MCAPDatasource(FileBasedDatasource):
 def __init__(self, paths: Union[str, List[str]], topics: Optional[Union[List[str], Set[str]]] = ..., time_range: Optional[TimeRange] = ..., message_types: Optional[Union[List[str], Set[str]]] = ..., include_metadata: bool = ..., **file_based_datasource_kwargs: Any) -> None: ...
 def get_name(self) -> str: ...
 @property
 def supports_distributed_reads(self) -> bool: ...
@dataclasses.dataclass
class TimeRange:
 start_time: int
 end_time: int
 def __post_init__(self) -> Any: ...
