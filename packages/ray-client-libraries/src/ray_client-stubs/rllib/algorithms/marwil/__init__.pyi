from ray_client.rllib.algorithms.marwil.marwil import MARWIL as MARWIL
from ray_client.rllib.algorithms.marwil.marwil import MARWILConfig as MARWILConfig
from ray_client.rllib.algorithms.marwil.marwil_tf_policy import MARWILTF1Policy as MARWILTF1Policy
from ray_client.rllib.algorithms.marwil.marwil_tf_policy import MARWILTF2Policy as MARWILTF2Policy
from ray_client.rllib.algorithms.marwil.marwil_torch_policy import MARWILTorchPolicy as MARWILTorchPolicy
