from ray_client._common.utils import get_function_args as get_function_args
from ray_client.tune.search.basic_variant import BasicVariantGenerator as BasicVariantGenerator
from ray_client.tune.search.concurrency_limiter import ConcurrencyLimiter as ConcurrencyLimiter
from ray_client.tune.search.repeater import Repeater as Repeater
from ray_client.tune.search.search_algorithm import SearchAlgorithm as SearchAlgorithm
from ray_client.tune.search.search_generator import SearchGenerator as SearchGenerator
from ray_client.tune.search.searcher import Searcher as Searcher
from ray_client.tune.search.variant_generator import grid_search as grid_search
from typing import Any
def create_searcher(search_alg: str, **kwargs: Any) -> Any: ...
UNRESOLVED_SEARCH_SPACE: str
UNDEFINED_SEARCH_SPACE: str
UNDEFINED_METRIC_MODE: str
