from ray_client import ActorID
from ray_client import ObjectRef
from typing import List
from typing import Optional
from typing import Tuple
from typing import Union
def sync_dir_between_nodes(source_ip: str, source_path: str, target_ip: str, target_path: str, force_all: bool = ..., exclude: Optional[List] = ..., chunk_size_bytes: int = ..., max_size_bytes: Optional[int] = ..., return_futures: bool = ...) -> Union[None, Tuple[ObjectRef, ActorID, ObjectRef], Tuple[ObjectRef, None, None]]: ...
