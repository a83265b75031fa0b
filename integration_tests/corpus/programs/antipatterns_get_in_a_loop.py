"""Anti-pattern: `get` in the loop that starts the tasks makes them run one after the other."""

import ray


@ray.remote(num_cpus=0)
class Log:
    def __init__(self):
        self.events = []

    def note(self, event):
        self.events.append(event)

    def events_so_far(self):
        return self.events


@ray.remote(num_cpus=0.5)
def work(log, number):
    ray.get(log.note.remote(("begin", number)))
    ray.get(log.note.remote(("end", number)))
    return number * 10


def overlap(events):
    running = most = 0
    for kind, _ in events:
        running += 1 if kind == "begin" else -1
        most = max(most, running)
    return most


bad = Log.remote()
results = []
for number in range(3):
    results.append(ray.get(work.remote(bad, number)))
print(results, overlap(ray.get(bad.events_so_far.remote())), "at once")

good = Log.remote()
references = [work.remote(good, number) for number in range(3)]
print(ray.get(references) == results, overlap(ray.get(good.events_so_far.remote())) >= 1)
