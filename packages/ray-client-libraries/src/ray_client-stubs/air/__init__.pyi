from ray_client.air.config import CheckpointConfig as CheckpointConfig
from ray_client.air.config import FailureConfig as FailureConfig
from ray_client.air.config import RunConfig as RunConfig
from ray_client.air.config import ScalingConfig as ScalingConfig
from ray_client.tune import Result as Result
from typing import Any
AcquiredResources: Any
ResourceRequest: Any
