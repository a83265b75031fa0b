"""An actor that saves what it knows, and takes it up again when Ray has restarted it."""

import json
import os
import tempfile

import ray

ray.init(log_to_driver=False)


@ray.remote(max_restarts=-1, max_task_retries=-1, num_cpus=0)
class Ledger:
    def __init__(self, path):
        self.path = path
        self.was_restored = os.path.exists(path)
        self.lines = json.load(open(path)) if self.was_restored else []

    def book(self, number, amount):
        """Done twice it books once: a call may be repeated after a crash."""
        if number == len(self.lines):
            self.lines.append(amount)
            with open(self.path + ".new", "w") as file:
                json.dump(self.lines, file)
            os.replace(self.path + ".new", self.path)
        return sum(self.lines)

    def crash_once(self):
        if not ray.get_runtime_context().was_current_actor_reconstructed:
            os._exit(1)
        return "up again"

    def facts(self):
        return self.was_restored, len(self.lines)


with tempfile.TemporaryDirectory() as directory:
    ledger = Ledger.remote(os.path.join(directory, "ledger.json"))
    print([ray.get(ledger.book.remote(number, amount)) for number, amount in enumerate([10, 20, 30])])
    print(ray.get(ledger.crash_once.remote()))
    print(ray.get(ledger.facts.remote()))
    print(ray.get(ledger.book.remote(3, 40)))
    ray.kill(ledger)
