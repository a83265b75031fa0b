"""An application that a function builds of its arguments, with helpers in other objects."""

from pydantic import BaseModel

from ray import serve
from ray.serve import Application


class Arguments(BaseModel):
    words: list
    times: int = 1


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Choir:
    def __init__(self, words, times):
        self.words, self.times = words, times

    def __call__(self, between=" "):
        return between.join(self.words * self.times)


def build(arguments: Arguments) -> Application:
    return Choir.bind(arguments.words, arguments.times)


app = build(Arguments(words=["la", "lo"], times=2))
print(isinstance(app, Application))
serve.start(proxy_location="Disabled")
handle = serve.run(app, name="choir", route_prefix=None)
print(handle.remote().result(), handle.remote("-").result())
print(handle.deployment_id.name, handle.deployment_id.app_name)
serve.shutdown()
