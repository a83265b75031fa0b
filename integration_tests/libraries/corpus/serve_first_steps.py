"""A class that answers, asked by its handle."""

from ray import serve

serve.start(proxy_location="Disabled")


@serve.deployment
class Greeter:
    def __init__(self, word: str) -> None:
        self.word, self.count = word, 0

    def __call__(self, name: str) -> str:
        self.count += 1
        return polite(f"{self.word} {name}")

    def asked(self) -> int:
        return self.count


def polite(text: str) -> str:  # below what uses it
    return text + ", please"


handle = serve.run(Greeter.bind("Listen,"), name="greeter", route_prefix=None)
print(handle.remote("Ada").result(), handle.remote(name="Ben").result(timeout_s=60))
print(handle.asked.remote().result())
print(Greeter.name, Greeter.num_replicas, isinstance(Greeter, serve.Deployment))
print(serve.status().applications["greeter"].status == "RUNNING")
again = serve.get_app_handle("greeter")
print(again.remote("Cy").result())
serve.delete("greeter")
print("greeter" in serve.status().applications)
serve.shutdown()
