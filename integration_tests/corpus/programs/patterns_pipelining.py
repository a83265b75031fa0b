"""Pattern: a worker asks for the next piece of work before it has done this one."""

import ray


@ray.remote(num_cpus=0)
class WorkQueue:
    def __init__(self, count):
        self.left = list(range(count))
        self.given = 0

    def next(self):
        self.given += 1
        return self.left.pop(0) if self.left else None


@ray.remote(num_cpus=0.5)
class Worker:
    def __init__(self, queue):
        self.queue = queue

    def process(self, item):
        return item * item

    def run(self):
        total = 0
        upcoming = self.queue.next.remote()
        while (item := ray.get(upcoming)) is not None:
            upcoming = self.queue.next.remote()
            total += self.process(item)
        return total


queue = WorkQueue.remote(30)
workers = [Worker.remote(queue) for _ in range(2)]
totals = ray.get([worker.run.remote() for worker in workers])
print(sum(totals) == sum(number * number for number in range(30)), sum(totals))
print(ray.get(queue.next.remote()))
