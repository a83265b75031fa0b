from ray_client.tune.execution.placement_groups import PlacementGroupFactory
from ray_client.tune.trainable.trainable import Trainable
from typing import Any
from typing import Callable
from typing import Dict
from typing import Type
from typing import Union
def with_parameters(trainable: Union[Type[Trainable], Callable], **kwargs: Any) -> Any: ...
def with_resources(trainable: Union[Type[Trainable], Callable], resources: Union[Dict[str, float], PlacementGroupFactory, Callable[[dict], PlacementGroupFactory]]) -> Any: ...
TYPE_CHECKING: bool
