"""`wait` tells the finished from the unfinished, so that a program works on what is there."""

import ray


@ray.remote(num_cpus=0)
class Gate:
    """Opens when somebody says so."""

    def __init__(self):
        import asyncio

        self.opened = asyncio.Event()

    async def open(self):
        self.opened.set()

    async def passed(self):
        await self.opened.wait()


@ray.remote(num_cpus=0.5)
def fetch(site, gate=None):
    if gate is not None:
        ray.get(gate.passed.remote())
    return len(site)


gate = Gate.remote()
quick = [fetch.remote("site-%d" % number) for number in range(3)]
slow = fetch.remote("a very slow site", gate)

done, left = ray.wait([slow, *quick], num_returns=3)
print("done:", len(done), "left:", len(left), left == [slow])
print(sorted(ray.get(done)))

done, left = ray.wait([slow], timeout=0.01)
print("after a short while:", done, len(left))

ray.get(gate.open.remote())
done, left = ray.wait([slow])
print("at last:", ray.get(done), left)

try:
    ray.wait([quick[0], quick[0]])
except ValueError as error:
    print("twice the same:", type(error).__name__)
try:
    ray.wait(quick, num_returns=4)
except ValueError as error:
    print("more than there are:", type(error).__name__)
