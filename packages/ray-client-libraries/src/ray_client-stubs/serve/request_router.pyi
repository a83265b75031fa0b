from ray_client.serve._private.common import ReplicaID as ReplicaID
from ray_client.serve._private.replica_result import ReplicaResult as ReplicaResult
from ray_client.serve._private.request_router.common import PendingRequest as PendingRequest
from ray_client.serve._private.request_router.replica_wrapper import RunningReplica as RunningReplica
from ray_client.serve._private.request_router.request_router import FIFOMixin as FIFOMixin
from ray_client.serve._private.request_router.request_router import LocalityMixin as LocalityMixin
from ray_client.serve._private.request_router.request_router import MultiplexMixin as MultiplexMixin
from ray_client.serve._private.request_router.request_router import RequestRouter as RequestRouter
