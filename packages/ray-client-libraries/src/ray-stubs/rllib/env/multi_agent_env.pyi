from ray_client.rllib.env.multi_agent_env import *
