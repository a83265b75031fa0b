from collections.abc import Sequence
from ray_client.serve._private.request_router.common import PendingRequest
from ray_client.serve._private.request_router.replica_wrapper import RunningReplica
from ray_client.serve._private.request_router.request_router import FIFOMixin
from ray_client.serve._private.request_router.request_router import MultiplexMixin
from ray_client.serve._private.request_router.request_router import RequestRouter
from typing import Any
from typing import List
from typing import Optional
class RoundRobinRouter(FIFOMixin, MultiplexMixin, RequestRouter):
 def __init__(self, *args: Any, **kwargs: Any) -> None: ...
 def initialize_state(self, **kwargs: Any) -> None: ...
 async def choose_replicas(self, candidate_replicas: List[RunningReplica], pending_request: Optional[PendingRequest] = ...) -> Sequence[List[RunningReplica]]: ...
