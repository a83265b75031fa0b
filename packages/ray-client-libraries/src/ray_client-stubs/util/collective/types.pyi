from typing import Any
import dataclasses
import enum
class Backend(object):
 NCCL: Any
 GLOO: Any
 UNRECOGNIZED: Any
 def __new__(cls, name: str) -> Any: ...
class ReduceOp(enum.Enum):
 SUM = 0
 PRODUCT = 1
 MIN = 2
 MAX = 3
@dataclasses.dataclass
class AllGatherOptions:
 timeout_ms: Any
@dataclasses.dataclass
class AllReduceOptions:
 reduceOp: Any
 timeout_ms: Any
@dataclasses.dataclass
class BarrierOptions:
 timeout_ms: Any
@dataclasses.dataclass
class BroadcastOptions:
 root_rank: Any
 root_tensor: Any
 timeout_ms: Any
@dataclasses.dataclass
class RecvOptions:
 src_rank: Any
 src_gpu_index: Any
 n_elements: Any
 unset_timeout_ms: Any
@dataclasses.dataclass
class ReduceOptions:
 reduceOp: Any
 root_rank: Any
 root_tensor: Any
 timeout_ms: Any
@dataclasses.dataclass
class ReduceScatterOptions:
 reduceOp: Any
 timeout_ms: Any
@dataclasses.dataclass
class SendOptions:
 dst_rank: Any
 dst_gpu_index: Any
 n_elements: Any
 timeout_ms: Any
def torch_available() -> Any: ...
TYPE_CHECKING: bool
def cupy_available() -> Any: ...
