"""Anti-pattern: forking inside of a task; a process pool that spawns, or nested tasks, do it instead."""

import os
import subprocess
import sys

import ray


@ray.remote(num_cpus=0.5)
def with_a_subprocess(number):
    code = f"print({number} ** 2)"
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


@ray.remote(num_cpus=0.5)
def with_nested_tasks(numbers):
    @ray.remote(num_cpus=0)
    def square(number):
        return number**2, os.getpid()

    squares, processes = zip(*ray.get([square.remote(number) for number in numbers]))
    return list(squares), os.getpid() not in processes


print(ray.get([with_a_subprocess.remote(number) for number in (2, 3)]))
print(ray.get(with_nested_tasks.remote([2, 3, 4])))
print(os.getpid() != ray.get(ray.remote(lambda: os.getpid()).remote()))
