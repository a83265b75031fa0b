from ray_client.tune.stopper.experiment_plateau import ExperimentPlateauStopper as ExperimentPlateauStopper
from ray_client.tune.stopper.function_stopper import FunctionStopper as FunctionStopper
from ray_client.tune.stopper.maximum_iteration import MaximumIterationStopper as MaximumIterationStopper
from ray_client.tune.stopper.noop import NoopStopper as NoopStopper
from ray_client.tune.stopper.stopper import CombinedStopper as CombinedStopper
from ray_client.tune.stopper.stopper import Stopper as Stopper
from ray_client.tune.stopper.timeout import TimeoutStopper as TimeoutStopper
from ray_client.tune.stopper.trial_plateau import TrialPlateauStopper as TrialPlateauStopper
