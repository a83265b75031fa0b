"""An actor with a logger of its own: what it logs is its own business, and it gives its records on demand."""

import logging

import ray


class Collect(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@ray.remote(num_cpus=0)
class Clerk:
    def __init__(self, level):
        self.handler = Collect()
        self.handler.setFormatter(logging.Formatter("%(levelname)s:%(message)s"))
        self.logger = logging.getLogger("clerk")
        self.logger.setLevel(level)
        self.logger.propagate = False
        self.logger.addHandler(self.handler)

    def work(self, file):
        self.logger.debug("looking for %s", file)
        self.logger.info("found %s", file)
        if not file.endswith(".txt"):
            self.logger.error("cannot read %s", file)

    def records(self):
        return self.handler.lines


clerks = [Clerk.remote(level) for level in (logging.DEBUG, logging.ERROR)]
for clerk in clerks:
    for file in ("a.txt", "b.png"):
        clerk.work.remote(file)
for lines in ray.get([clerk.records.remote() for clerk in clerks]):
    print(lines)
print(ray.util.log_once("corpus"), ray.util.log_once("corpus"))
