from typing import Any
from typing import Dict
from typing import List
from typing import Mapping
from typing import Optional
from typing import Tuple
from typing import Union
import numpy
import pandas
import pyarrow
import torch
class ArrowBatchCollateFn(CollateFn):
 def __call__(self, batch: pyarrow.Table) -> Any: ...
class CollateFn(object):
 def __call__(self, batch: DataBatchType) -> Any: ...
class DefaultCollateFn(ArrowBatchCollateFn):
 dtypes: Any
 combine_chunks: Any
 num_workers: Any
 def __init__(self, dtypes: Optional[Union[torch.dtype, Dict[str, torch.dtype]]] = ..., combine_chunks: bool = ..., num_workers: int = ...) -> None: ...
 def __del__(self) -> Any: ...
 def __call__(self, batch: pyarrow.Table) -> Union[Dict[str, torch.Tensor], Dict[str, List[torch.Tensor]]]: ...
class NumpyBatchCollateFn(CollateFn):
 def __call__(self, batch: Dict[str, numpy.ndarray]) -> Any: ...
class PandasBatchCollateFn(CollateFn):
 def __call__(self, batch: pandas.DataFrame) -> Any: ...
TYPE_CHECKING: bool
TensorBatchReturnType = Union[torch.Tensor, Tuple[torch.Tensor, ...], Dict[str, torch.Tensor]]
TensorBatchType = Union[torch.Tensor, TensorSequenceType, List[TensorSequenceType], Tuple[TensorSequenceType, ...], Mapping[str, torch.Tensor], Mapping[str, TensorSequenceType]]
TensorSequenceType = Union[List[torch.Tensor], Tuple[torch.Tensor, ...]]
def is_tensor_batch_type(batch: Any) -> bool: ...
DataBatchType = Any
