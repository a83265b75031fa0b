from ray_client.rllib.algorithms.ppo.ppo import PPO as PPO
from ray_client.rllib.algorithms.ppo.ppo import PPOConfig as PPOConfig
from ray_client.rllib.algorithms.ppo.ppo_tf_policy import PPOTF1Policy as PPOTF1Policy
from ray_client.rllib.algorithms.ppo.ppo_tf_policy import PPOTF2Policy as PPOTF2Policy
from ray_client.rllib.algorithms.ppo.ppo_torch_policy import PPOTorchPolicy as PPOTorchPolicy
