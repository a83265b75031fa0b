from ray_client.rllib.algorithms.impala.impala import IMPALA as IMPALA
from ray_client.rllib.algorithms.impala.impala import IMPALA as _IMPALA
from ray_client.rllib.algorithms.impala.impala import IMPALAConfig as IMPALAConfig
from ray_client.rllib.algorithms.impala.impala import IMPALAConfig as _IMPALAConfig
from ray_client.rllib.algorithms.impala.impala_tf_policy import ImpalaTF1Policy as ImpalaTF1Policy
from ray_client.rllib.algorithms.impala.impala_tf_policy import ImpalaTF2Policy as ImpalaTF2Policy
from ray_client.rllib.algorithms.impala.impala_torch_policy import ImpalaTorchPolicy as ImpalaTorchPolicy
ImpalaConfig = _IMPALAConfig
Impala = _IMPALA
