"""Runtime environments: variables for a whole program, for a task, and for an actor."""

import os

import ray

ray.init(runtime_env={"env_vars": {"GREETING": "hello", "MODE": "job"}})


@ray.remote
def variables(*names):
    return [os.environ.get(name) for name in names]


@ray.remote(runtime_env={"env_vars": {"MODE": "actor"}})
class Speaker:
    def speak(self):
        return os.environ["GREETING"], os.environ["MODE"]


@ray.remote
def environment():
    return dict(ray.get_runtime_context().runtime_env.get("env_vars", {}))


print(ray.get(variables.remote("GREETING", "MODE", "NOTHING")))
own = variables.options(runtime_env={"env_vars": {"MODE": "task"}})
print(ray.get(own.remote("GREETING", "MODE")))
print(ray.get(Speaker.remote().speak.remote()))
print(sorted(ray.get(environment.remote()).items()))
print("GREETING" in os.environ)

try:
    variables.options(runtime_env={"env_vars": {"NUMBER": 1}}).remote("NUMBER")
except TypeError as error:
    print(type(error).__name__)
