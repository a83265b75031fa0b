"""`options` changes one call; the function keeps what its decorator says."""

import ray


@ray.remote(num_cpus=1, max_retries=0)
def where_am_i():
    context = ray.get_runtime_context()
    return context.get_task_name(), context.get_assigned_resources()


@ray.remote
def plain():
    return ray.get_runtime_context().get_task_name()


name, resources = ray.get(where_am_i.remote())
print(name, resources)
name, resources = ray.get(where_am_i.options(num_cpus=0.5, name="half a processor").remote())
print(name, resources)
name, resources = ray.get(where_am_i.options(num_cpus=0).remote())
print(name, resources)
print(ray.get(plain.options(name="renamed").remote()), ray.get(plain.remote()))

for options in ({"num_cpus": -1}, {"max_retries": "many"}, {"no_such_option": 1}):
    try:
        plain.options(**options)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, next(iter(options)) in str(error))
