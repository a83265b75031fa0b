"""Datasets in arguments, in closures, in objects and in what a task returns."""

from dataclasses import dataclass

import ray

ray.init()
numbers = ray.data.range(10).map(lambda row: {"id": row["id"] * 3})


@dataclass
class Job:
    name: str
    source: ray.data.Dataset


@ray.remote(num_cpus=0)
def largest(ds):
    return int(ds.max("id"))


@ray.remote(num_cpus=0)
def of_the_closure():
    return numbers.count()


@ray.remote(num_cpus=0)
def of_a_job(job):
    return job.name, int(job.source.sum("id"))


@ray.remote(num_cpus=0)
def make(count):
    return ray.data.range(count)


print(ray.get([largest.remote(numbers), of_the_closure.remote(), of_a_job.remote(Job("sum", numbers))]))
made = ray.get(make.remote(7))
print(made.count(), isinstance(made, ray.data.Dataset))
kept = ray.put(numbers)
print(ray.get(kept).count(), ray.get(largest.remote(kept)))
