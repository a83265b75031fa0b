from ray_client.rllib.algorithms.algorithm import Algorithm as Algorithm
from ray_client.rllib.algorithms.algorithm_config import AlgorithmConfig as AlgorithmConfig
from ray_client.rllib.algorithms.appo.appo import APPO as APPO
from ray_client.rllib.algorithms.appo.appo import APPOConfig as APPOConfig
from ray_client.rllib.algorithms.bc.bc import BC as BC
from ray_client.rllib.algorithms.bc.bc import BCConfig as BCConfig
from ray_client.rllib.algorithms.cql.cql import CQL as CQL
from ray_client.rllib.algorithms.cql.cql import CQLConfig as CQLConfig
from ray_client.rllib.algorithms.dqn.dqn import DQN as DQN
from ray_client.rllib.algorithms.dqn.dqn import DQNConfig as DQNConfig
from ray_client.rllib.algorithms.impala.impala import IMPALA as IMPALA
from ray_client.rllib.algorithms.impala.impala import IMPALA as _IMPALA
from ray_client.rllib.algorithms.impala.impala import IMPALAConfig as IMPALAConfig
from ray_client.rllib.algorithms.impala.impala import IMPALAConfig as _IMPALAConfig
from ray_client.rllib.algorithms.marwil.marwil import MARWIL as MARWIL
from ray_client.rllib.algorithms.marwil.marwil import MARWILConfig as MARWILConfig
from ray_client.rllib.algorithms.ppo.ppo import PPO as PPO
from ray_client.rllib.algorithms.ppo.ppo import PPOConfig as PPOConfig
from ray_client.rllib.algorithms.sac.sac import SAC as SAC
from ray_client.rllib.algorithms.sac.sac import SACConfig as SACConfig
Impala = _IMPALA
ImpalaConfig = _IMPALAConfig
