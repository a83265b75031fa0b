"""Nothing here calls `init`, and several threads need the cluster at the same time."""

import concurrent.futures
import threading

import ray

barrier = threading.Barrier(4)


@ray.remote(num_cpus=0.5)
def shout(word):
    return word.upper() + "!"


def call(word):
    barrier.wait()
    return ray.get(shout.remote(word)), ray.get_runtime_context().get_job_id()


with concurrent.futures.ThreadPoolExecutor(4) as executor:
    answers = list(executor.map(call, ["north", "east", "south", "west"]))
print([word for word, _ in answers])
print("jobs:", len({job for _, job in answers}), ray.is_initialized())
