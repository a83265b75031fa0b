"""A function as a deployment, and errors of it."""

from ray import serve

serve.start(proxy_location="Disabled")


class TooLong(ValueError):
    pass


@serve.deployment(num_replicas=2, ray_actor_options={"num_cpus": 0.1})
def shorten(text, most=5):
    if len(text) > 40:
        raise TooLong(f"{len(text)} letters")
    return text[:most]


handle = serve.run(shorten.bind(), name="shorten", route_prefix=None)
print(handle.remote("abcdefgh").result(), handle.remote("abcdefgh", most=2).result())
print(sorted(answer.result() for answer in [handle.remote(word) for word in ("one", "two", "seventeen")]))
try:
    handle.remote("x" * 50).result()
except TooLong as error:
    print(type(error).__name__, "50 letters" in str(error))
print(shorten.name, shorten.num_replicas, shorten.ray_actor_options["num_cpus"])
serve.shutdown()
