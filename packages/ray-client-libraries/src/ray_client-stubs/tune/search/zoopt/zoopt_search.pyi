from ray_client.tune.search.searcher import Searcher
from typing import Any
from typing import Dict
from typing import List
from typing import Optional
from typing import Tuple
class ZOOptSearch(Searcher):
 optimizer: Any
 solution_dict: Any
 best_solution_list: Any
 kwargs: Any
 parallel_num: Any
 def __init__(self, algo: str = ..., budget: Optional[int] = ..., dim_dict: Optional[Dict] = ..., metric: Optional[str] = ..., mode: Optional[str] = ..., points_to_evaluate: Optional[List[Dict]] = ..., parallel_num: int = ..., **kwargs: Any) -> None: ...
 def set_search_properties(self, metric: Optional[str], mode: Optional[str], config: Dict, **spec: Any) -> bool: ...
 def suggest(self, trial_id: str) -> Optional[Dict]: ...
 def on_trial_complete(self, trial_id: str, result: Optional[Dict] = ..., error: bool = ...) -> Any: ...
 def save(self, checkpoint_path: str) -> Any: ...
 def restore(self, checkpoint_path: str) -> Any: ...
 @staticmethod
 def convert_search_space(spec: Dict, join: bool = ...) -> Dict[str, Tuple]: ...
DEFAULT_METRIC: str
UNDEFINED_METRIC_MODE: str
UNDEFINED_SEARCH_SPACE: str
UNRESOLVED_SEARCH_SPACE: str
