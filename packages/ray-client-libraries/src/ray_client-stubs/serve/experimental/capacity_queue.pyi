from typing import Any
import dataclasses
CapacityQueue: Any
@dataclasses.dataclass
class CapacityQueueStats:
 queue_size: int
 num_waiters: int
 num_replicas: int
 total_capacity: int
 total_in_flight: int
 total_acquires: int
 total_releases: int
 total_timeouts: int
 max_waiters_seen: int
@dataclasses.dataclass
class ReplicaCapacityInfo:
 replica_id: str
 max_capacity: int
 in_flight: int = ...
SERVE_CONTROLLER_NAME: str
SERVE_NAMESPACE: str
