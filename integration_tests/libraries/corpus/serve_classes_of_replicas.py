"""Classes that derive from others, and what a replica knows of itself."""

import ray
from ray import serve

serve.start(proxy_location="Disabled")


class Base:
    kind = "base"

    def describe(self):
        return f"{self.kind} {self.name()}"

    def name(self):
        raise NotImplementedError


@serve.deployment(num_replicas=1, ray_actor_options={"num_cpus": 0.1})
class Special(Base):
    kind = "special"

    def __init__(self, store):
        self.store = store

    def name(self):
        context = serve.get_replica_context()
        return f"{context.deployment} of {context.app_name}"

    async def keep(self, value):
        await self.store.add.remote(value)
        return await self.store.all.remote()

    def check_health(self):
        pass


@ray.remote(num_cpus=0)
class Store:
    def __init__(self):
        self.values = []

    def add(self, value):
        self.values.append(value)

    def all(self):
        return self.values


store = Store.remote()
handle = serve.run(Special.bind(store), name="app", route_prefix=None)
print(handle.describe.remote().result())
print(handle.keep.remote(1).result(), handle.keep.remote({"a": 2}).result())
print(ray.get(store.all.remote()))
serve.shutdown()
