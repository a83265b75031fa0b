"""prefect-ray: the tasks of a flow run on the cluster."""

import os
import sys

import ray

os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] = "200"  # its server takes a while on a busy machine

if sys.argv[1:] == ["init"]:
    ray.init()

from prefect import flow, task
from prefect_ray import RayTaskRunner


@task
def where(x):
    import ray

    return x * x, ray.get_runtime_context().get_task_id() is not None


@task
def add(squares):
    return sum(square for square, _ in squares), all(inside for _, inside in squares)


@flow(task_runner=RayTaskRunner())
def numbers():
    squares = [where.submit(number) for number in range(4)]
    return add.submit(squares).result()


print(numbers())
