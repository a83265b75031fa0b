"""`init` twice: an error that says so, unless it is to be passed over; after `shutdown` it begins anew."""

import ray

ray.init(num_cpus=2, include_dashboard=False)
try:
    ray.init(num_cpus=2)
except RuntimeError as error:
    print("twice:", "ignore_reinit_error" in str(error))
ray.init(num_cpus=2, ignore_reinit_error=True)


@ray.remote
def answer():
    return 42


print(ray.get(answer.remote()))
kept = ray.put("of the first session")
first_job = ray.get_runtime_context().get_job_id()
ray.shutdown()
ray.shutdown()  # does nothing
print(ray.is_initialized())

ray.init(num_cpus=1, include_dashboard=False, namespace="second")
print(ray.get(answer.remote()), ray.get_runtime_context().namespace, first_job != "")
ray.shutdown()
