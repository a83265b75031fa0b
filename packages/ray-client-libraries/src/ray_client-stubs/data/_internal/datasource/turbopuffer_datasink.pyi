from ray_client.data.block import Block
from ray_client.data.datasource.datasink import Datasink
from typing import Any
from typing import Iterable
from typing import Literal
from typing import Optional
class TurbopufferDatasink(Datasink):
 namespace: Any
 namespace_column: Any
 api_key: Any
 region: Any
 base_url: Any
 schema: Any
 id_column: Any
 vector_column: Any
 batch_size: Any
 distance_metric: Any
 def __init__(self, namespace: Optional[str] = ..., *, namespace_column: Optional[str] = ..., region: Optional[str] = ..., base_url: Optional[str] = ..., api_key: Optional[str] = ..., schema: Optional[dict] = ..., id_column: str = ..., vector_column: str = ..., batch_size: int = ..., distance_metric: Literal['cosine_distance', 'euclidean_distance'] = ..., concurrency: Optional[int] = ...) -> None: ...
 def __getstate__(self) -> dict: ...
 def __setstate__(self, state: dict) -> None: ...
 def write(self, blocks: Iterable[Block], ctx: Any) -> None: ...
