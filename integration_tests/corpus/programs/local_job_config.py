"""`JobConfig` carries what belongs to the job: its namespace, environment and metadata."""

import ray
from ray.job_config import JobConfig

config = JobConfig(runtime_env={"env_vars": {"SEASON": "spring"}}, ray_namespace="garden")
config.set_metadata("owner", "Flora")
ray.init(job_config=config)


@ray.remote
def season():
    import os

    return os.environ["SEASON"], ray.get_runtime_context().namespace


@ray.remote(num_cpus=0)
class Tree:
    def fruit(self):
        return "pear"


tree = Tree.options(name="tree").remote()
print(ray.get(season.remote()))
print(ray.get_runtime_context().namespace)
print(ray.get(ray.get_actor("tree", namespace="garden").fruit.remote()))
