from ray_client.rllib.env.multi_agent_env import MultiAgentEnv as MultiAgentEnv
from ray_client.tune.registry import register_trainable as register_trainable
from typing import Any
Policy: Any
TFPolicy: Any
TorchPolicy: Any
RolloutWorker: Any
SampleBatch: Any
BaseEnv: Any
VectorEnv: Any
ExternalEnv: Any
