from ray_client.tune.experiment.experiment import Experiment as Experiment
from ray_client.tune.experiment.trial import Trial as Trial
