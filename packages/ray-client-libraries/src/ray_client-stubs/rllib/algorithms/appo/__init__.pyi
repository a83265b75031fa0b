from ray_client.rllib.algorithms.appo.appo import APPO as APPO
from ray_client.rllib.algorithms.appo.appo import APPOConfig as APPOConfig
from ray_client.rllib.algorithms.appo.appo_tf_policy import APPOTF1Policy as APPOTF1Policy
from ray_client.rllib.algorithms.appo.appo_tf_policy import APPOTF2Policy as APPOTF2Policy
from ray_client.rllib.algorithms.appo.appo_torch_policy import APPOTorchPolicy as APPOTorchPolicy
