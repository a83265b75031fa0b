"""A task that finds out how many results it has: one reference that leads to references."""

import ray


@ray.remote(num_returns="dynamic")
def split(text, size):
    for at in range(0, len(text), size):
        yield text[at : at + size]


@ray.remote
def shout(text):
    return text.upper()


@ray.remote
def join(generator, glue):
    return glue.join(ray.get(reference) for reference in generator)


parts = split.remote("abcdefghij", 4)
print(type(parts).__name__)
generator = ray.get(parts)
references = list(generator)
print(len(references), ray.get(references))
print(ray.get([shout.remote(reference) for reference in references]))
print(ray.get(join.remote(parts, "-")))


@ray.remote(num_returns="dynamic", max_retries=0)
def fails_late():
    yield 1
    raise ValueError("after one")


generator = ray.get(fails_late.remote())
results = []
for reference in generator:
    try:
        results.append(ray.get(reference))
    except ValueError as error:
        results.append(type(error.cause).__name__)
print(results)
