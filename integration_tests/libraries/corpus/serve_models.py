"""Several models on one replica, the least used of which is dropped."""

from ray import serve

serve.start(proxy_location="Disabled")


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Shelf:
    def __init__(self):
        self.loaded = []

    @serve.multiplexed(max_num_models_per_replica=2)
    async def load(self, model_id: str):
        self.loaded.append(model_id)
        return lambda text: f"{model_id} reads {text}"

    async def __call__(self, text: str) -> str:
        model = await self.load(serve.get_multiplexed_model_id())
        return model(text)

    def history(self):
        return self.loaded


handle = serve.run(Shelf.bind(), name="shelf", route_prefix=None)
for name in ("red", "blue", "red", "green", "blue"):
    print(handle.options(multiplexed_model_id=name).remote("this").result())
print(handle.history.remote().result())
serve.shutdown()
