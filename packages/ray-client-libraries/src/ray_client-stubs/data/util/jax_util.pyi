from typing import Dict
from typing import Iterable
from typing import Iterator
from typing import Optional
from typing import Union
import jax
import numpy
DTypeLikeSpec = Union[jax.typing.DTypeLike, Dict[str, jax.typing.DTypeLike]]
JaxBatch = Union[jax.Array, Dict[str, jax.Array]]
NumpyBatch = Union[numpy.ndarray, Dict[str, numpy.ndarray]]
PaddingsSpec = Union[Scalar, Dict[str, Scalar]]
Scalar = Union[int, float, bool]
TYPE_CHECKING: bool
def jax_sync_generator(batch_iterable: Iterable[NumpyBatch], drop_last: bool, batch_size: int = ..., paddings: Optional[PaddingsSpec] = ..., dtypes: Optional[DTypeLikeSpec] = ..., synchronize_batches: bool = ..., synchronize_lookahead: int = ...) -> Iterator[JaxBatch]: ...
