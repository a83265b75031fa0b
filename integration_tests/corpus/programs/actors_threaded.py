"""With `max_concurrency` an actor has several threads; it must guard its state itself."""

import threading

import ray

ray.init("auto")


@ray.remote(max_concurrency=4, num_cpus=0)
class Meeting:
    """Begins when everybody is there."""

    def __init__(self, size):
        self.barrier = threading.Barrier(size)
        self.lock = threading.Lock()
        self.names = []

    def join(self, name):
        with self.lock:
            self.names.append(name)
        place = self.barrier.wait(timeout=60)
        return place >= 0

    def attendants(self):
        return sorted(self.names), len({thread.name for thread in threading.enumerate()}) > 1


meeting = Meeting.remote(3)
print(ray.get([meeting.join.remote(name) for name in ("x", "y", "z")]))
print(ray.get(meeting.attendants.remote()))

# One at a time, by an option of the call that makes it.
alone = Meeting.options(max_concurrency=1).remote(1)
print(ray.get([alone.join.remote(name) for name in "abc"]), ray.get(alone.attendants.remote())[0])
