from ray_client.serve.config import AutoscalingContext
from typing import Any
from typing import Dict
from typing import List
from typing import Mapping
from typing import Optional
from typing import Tuple
from typing import Union
import dataclasses
DEFAULT_PROMETHEUS_CACHE_TTL_S: float
DEFAULT_PROMETHEUS_FETCH_INTERVAL_S: float
DEFAULT_PROMETHEUS_QUERY_TIMEOUT_S: float
class PrometheusQueryMixin:
 def __init__(self, *, prometheus_address: Optional[str] = ..., prometheus_queries: Optional[List[str]] = ..., fetch_interval_s: float = ..., cache_ttl_s: float = ..., **kwargs: Any) -> None: ...
 @property
 def prometheus_results(self) -> Optional[Dict[str, PrometheusQueryResult]]: ...
 @property
 def prometheus_metrics(self) -> Optional[Dict[str, float]]: ...
PrometheusQueryResult = Union[PrometheusScalar, PrometheusVector]
@dataclasses.dataclass(frozen=True)
class PrometheusSample:
 labels: Mapping[str, str]
 value: float
 timestamp: float
 def __post_init__(self) -> Any: ...
@dataclasses.dataclass(frozen=True)
class PrometheusScalar:
 value: float
 timestamp: float
@dataclasses.dataclass(frozen=True)
class PrometheusVector:
 samples: Tuple[PrometheusSample, ...]
 def __post_init__(self) -> Any: ...
SERVE_AUTOSCALING_DECISION_COUNTERS_KEY: str
SERVE_AUTOSCALING_DECISION_TIMESTAMP_KEY: str
SERVE_LOGGER_NAME: str
def replica_queue_length_autoscaling_policy(ctx: AutoscalingContext) -> Tuple[Union[int, float], Dict[str, Any]]: ...
