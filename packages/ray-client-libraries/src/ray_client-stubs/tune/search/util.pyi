from typing import Any
from typing import Dict
from typing import Optional
def _set_search_properties_backwards_compatible(set_search_properties_func: Any, metric: Optional[str], mode: Optional[str], config: Dict, **spec: Any) -> bool: ...
