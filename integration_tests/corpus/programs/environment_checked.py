"""`RuntimeEnv` says what is wrong before anything is started."""

import ray
from ray.runtime_env import RuntimeEnv, RuntimeEnvConfig

environment = RuntimeEnv(env_vars={"A": "1"}, config=RuntimeEnvConfig(setup_timeout_seconds=60))
print(environment["env_vars"], environment.get("pip"), environment["config"]["setup_timeout_seconds"])
print(isinstance(environment, dict), environment.to_dict() == dict(environment))

for wrong in (
    {"env_vars": ["A"]},
    {"pip": ["x"], "conda": "base"},
    {"working_dir": 5},
    {"config": {"setup_timeout_seconds": 0}},
):
    try:
        RuntimeEnv(**wrong)
    except (TypeError, ValueError) as error:
        print(sorted(wrong), type(error).__name__)


@ray.remote
def value(name):
    import os

    return os.environ.get(name)


print(ray.get(value.options(runtime_env=environment).remote("A")))
print(ray.get(value.options(runtime_env=RuntimeEnv(env_vars={"A": "2"})).remote("A")))
print(ray.get(value.remote("A")))
