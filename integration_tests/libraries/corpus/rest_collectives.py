"""Actors that compute a sum together."""

import numpy as np

import ray
import ray.util.collective as collective

ray.init()


@ray.remote(num_cpus=0)
class Member:
    def join(self, size, rank):
        collective.init_collective_group(size, rank, "gloo", "choir")
        return rank

    def total(self, value):
        part = np.full(3, float(value), dtype=np.float32)
        collective.allreduce(part, "choir")
        return part.tolist()


members = [Member.remote() for _ in range(2)]
print(ray.get([member.join.remote(2, rank) for rank, member in enumerate(members)]))
print(ray.get([member.total.remote(value) for member, value in zip(members, (1, 10), strict=True)]))
