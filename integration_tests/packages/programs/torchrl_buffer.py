"""torchrl: a replay buffer in an actor, and a collector of experience."""

import sys
import warnings

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

import torch
from tensordict import TensorDict
from torchrl.data import LazyTensorStorage, RayReplayBuffer

options = {"num_cpus": 0.1, "num_gpus": 0, "memory": 10**8}
buffer = RayReplayBuffer(storage=lambda: LazyTensorStorage(20), batch_size=4, remote_config=options)
buffer.extend(TensorDict({"value": torch.arange(10.0)}, batch_size=[10]))
print(len(buffer), sorted(buffer[:]["value"].tolist()), tuple(buffer.sample()["value"].shape))
buffer.close()
