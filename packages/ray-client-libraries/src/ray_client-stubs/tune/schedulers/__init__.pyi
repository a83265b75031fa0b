from ray_client._common.utils import get_function_args as get_function_args
from ray_client.tune.schedulers.async_hyperband import AsyncHyperBandScheduler as AsyncHyperBandScheduler
from ray_client.tune.schedulers.async_hyperband import AsyncHyperBandScheduler as _AsyncHyperBandScheduler
from ray_client.tune.schedulers.hb_bohb import HyperBandForBOHB as HyperBandForBOHB
from ray_client.tune.schedulers.hyperband import HyperBandScheduler as HyperBandScheduler
from ray_client.tune.schedulers.median_stopping_rule import MedianStoppingRule as MedianStoppingRule
from ray_client.tune.schedulers.pbt import PopulationBasedTraining as PopulationBasedTraining
from ray_client.tune.schedulers.pbt import PopulationBasedTrainingReplay as PopulationBasedTrainingReplay
from ray_client.tune.schedulers.resource_changing_scheduler import ResourceChangingScheduler as ResourceChangingScheduler
from ray_client.tune.schedulers.trial_scheduler import FIFOScheduler as FIFOScheduler
from ray_client.tune.schedulers.trial_scheduler import TrialScheduler
from ray_client.tune.schedulers.trial_scheduler import TrialScheduler as TrialScheduler
from typing import Any
def create_scheduler(scheduler: str, **kwargs: Any) -> TrialScheduler: ...
ASHAScheduler = _AsyncHyperBandScheduler
