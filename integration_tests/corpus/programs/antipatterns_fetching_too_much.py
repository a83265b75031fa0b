"""Anti-pattern: `get` of all results at once; in batches no more than a few of them are here at a time."""

import numpy as np

import ray

BATCH = 4


@ray.remote(num_cpus=0.5)
def image(number):
    return np.full((100, 100, 3), number, dtype=np.uint8)


def process(images):
    return [int(image.mean()) for image in images]


references = [image.remote(number) for number in range(12)]
found = []
while references:
    batch, references = references[:BATCH], references[BATCH:]
    found += process(ray.get(batch))
    del batch
print(found)

order = []
pending = [image.remote(number) for number in range(6)]
while pending:
    ready, pending = ray.wait(pending, num_returns=min(2, len(pending)), fetch_local=False)
    order += process(ray.get(ready))
print(sorted(order))
