"""Requests that are answered together."""

from typing import List

from ray import serve

serve.start(proxy_location="Disabled")


@serve.deployment(ray_actor_options={"num_cpus": 0.1}, max_ongoing_requests=16)
class Scorer:
    def __init__(self):
        self.sizes = []

    @serve.batch(max_batch_size=4, batch_wait_timeout_s=0.5)
    async def score(self, values: List[int]) -> List[int]:
        self.sizes.append(len(values))
        return [value * value for value in values]

    async def __call__(self, value: int) -> int:
        return await self.score(value)

    def largest(self) -> int:
        return max(self.sizes)


handle = serve.run(Scorer.bind(), name="scorer", route_prefix=None)
answers = [handle.remote(value) for value in range(8)]
print([answer.result() for answer in answers])
print(1 < handle.largest.remote().result() <= 4)
serve.shutdown()
