"""Progress bars of tasks, drawn by the program: `tqdm_ray` in workers, and an iterator in the program itself."""

import ray
from ray.experimental import tqdm_ray


@ray.remote(num_cpus=0.5)
def download(number):
    bar = tqdm_ray.tqdm(total=10, desc=f"file {number}", position=number)
    received = 0
    for size in (4, 4, 2):
        received += size
        bar.update(size)
    bar.close()
    return received


print(ray.get([download.remote(number) for number in range(2)]))
print(list(tqdm_ray.tqdm(range(3), desc="here")))
print(tqdm_ray.safe_print is not None)
