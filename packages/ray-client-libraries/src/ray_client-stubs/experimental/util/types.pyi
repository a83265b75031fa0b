from typing import Any
import dataclasses
import enum
@dataclasses.dataclass
class AllGatherOp(_CollectiveOp): ...
class _CollectiveOp: ...
@dataclasses.dataclass
class AllReduceOp(_CollectiveOp):
 reduceOp: ReduceOp = ...
@dataclasses.dataclass
class ReduceScatterOp(_CollectiveOp):
 reduceOp: ReduceOp = ...
class Device(enum.Enum):
 DEFAULT = 'default'
 CPU = 'cpu'
 GPU = 'gpu'
 CUDA = 'cuda'
 def __str__(self) -> Any: ...
class ReduceOp(enum.Enum):
 SUM = 0
 PRODUCT = 1
 MAX = 2
 MIN = 3
 AVG = 4
