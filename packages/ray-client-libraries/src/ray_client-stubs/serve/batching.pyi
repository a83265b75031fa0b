from typing import Any
from typing import Callable
from typing import Coroutine
from typing import List
from typing import Literal
from typing import Optional
from typing import overload
@overload
def batch(_sync_func: Callable[[List[T]], List[R]], /) -> Callable[[T], R]: ...
@overload
def batch(_async_func: Callable[[List[T]], Coroutine[Any, Any, List[R]]], /) -> Callable[[T], Coroutine[Any, Any, R]]: ...
@overload
def batch(_sync_meth: Any, /) -> Callable[[SelfType, T], R]: ...
@overload
def batch(_async_meth: Any, /) -> Callable[[SelfType, T], Coroutine[Any, Any, R]]: ...
@overload
def batch(_: Literal[None] = ..., /, max_batch_size: int = ..., batch_wait_timeout_s: float = ..., max_concurrent_batches: int = ..., batch_size_fn: Optional[Callable[[List], int]] = ...) -> Any: ...
SERVE_LOGGER_NAME: str
SelfType = Any
R = Any
T = Any
