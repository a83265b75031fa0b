from ray_client.serve._private.request_router.common import PendingRequest
from ray_client.serve._private.request_router.replica_wrapper import RunningReplica
from ray_client.serve._private.request_router.request_router import RequestRouter
from typing import Any
from typing import List
from typing import Optional
CONSISTENT_HASH_SEED: int
class ConsistentHashRouter(RequestRouter):
 def __init__(self, *args: Any, **kwargs: Any) -> None: ...
 def initialize_state(self, **kwargs: Any) -> None: ...
 def update_replicas(self, replicas: List[RunningReplica]) -> None: ...
 async def choose_replicas(self, candidate_replicas: List[RunningReplica], pending_request: Optional[PendingRequest] = ...) -> List[List[RunningReplica]]: ...
DEFAULT_NUM_FALLBACK_REPLICAS: int
DEFAULT_NUM_VIRTUAL_NODES: int
SERVE_LOGGER_NAME: str
SERVE_SESSION_ID: str
