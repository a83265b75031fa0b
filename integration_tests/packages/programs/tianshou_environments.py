"""tianshou: each of several environments is an actor."""

import sys
import warnings

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

import gymnasium
import numpy as np
from tianshou.env import RayVectorEnv

environments = RayVectorEnv([lambda: gymnasium.make("CartPole-v1") for _ in range(3)])
environments.seed([1, 2, 3])
first, _ = environments.reset()
after, reward, terminated, truncated, _ = environments.step(np.array([0, 1, 0]))
print(np.round(first, 4).tolist(), np.round(after, 4).tolist(), reward.tolist(), terminated.tolist())
environments.close()
