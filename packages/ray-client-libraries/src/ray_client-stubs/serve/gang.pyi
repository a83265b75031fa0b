from typing import List
import dataclasses
@dataclasses.dataclass
class GangContext:
 gang_id: str
 rank: int
 world_size: int
 member_replica_ids: List[str]
 pg_name: str = ...
