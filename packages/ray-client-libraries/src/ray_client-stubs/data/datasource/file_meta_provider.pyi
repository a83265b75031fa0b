from ray_client.data.block import BlockMetadata
from ray_client.data.datasource.partitioning import Partitioning
from typing import Any
from typing import Iterator
from typing import List
from typing import Optional
from typing import Tuple
class BaseFileMetadataProvider(FileMetadataProvider):
 def expand_paths(self, paths: List[str], filesystem: Optional[Any], partitioning: Optional[Partitioning] = ..., ignore_missing_paths: bool = ...) -> Iterator[Tuple[str, int]]: ...
class FileMetadataProvider:
 def __call__(self, paths: List[str], **kwargs: Any) -> BlockMetadata: ...
class DefaultFileMetadataProvider(BaseFileMetadataProvider):
 def expand_paths(self, paths: List[str], filesystem: Any, partitioning: Optional[Partitioning] = ..., ignore_missing_paths: bool = ...) -> Iterator[Tuple[str, int]]: ...
TYPE_CHECKING: bool
