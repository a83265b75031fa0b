"""Metrics: counters, gauges and histograms of an application, in the program, in tasks and in actors."""

import ray
from ray.util.metrics import Counter, Gauge, Histogram

ray.init()


@ray.remote(num_cpus=0)
class Till:
    def __init__(self, name):
        self.sales = Counter("corpus_sales", description="Things sold.", tag_keys=("till", "kind"))
        self.sales.set_default_tags({"till": name})
        self.queue = Gauge("corpus_queue", description="People in line.", tag_keys=("till",))
        self.amount = Histogram("corpus_amount", description="Money.", boundaries=[1, 10, 100], tag_keys=("till",))

    def sell(self, kind, amount):
        self.sales.inc(1, tags={"kind": kind})
        self.amount.observe(amount, tags={"till": "x"})
        self.queue.set(3, tags={"till": "x"})
        return self.sales.info["name"], sorted(self.sales.info["tag_keys"])


till = Till.remote("first")
print(ray.get(till.sell.remote("bread", 3.5)))

counter = Counter("corpus_visits", tag_keys=("page",))
counter.inc(2, tags={"page": "home"})
print(counter.info["name"], counter.info["tag_keys"], counter.info["default_tags"])
for what, call in (
    ("a missing tag", lambda: counter.inc()),
    ("no step", lambda: counter.inc(0, tags={"page": "x"})),
    ("an unknown tag", lambda: counter.inc(1, tags={"colour": "red"})),
    ("no boundaries", lambda: Histogram("corpus_h")),
    ("tags that are no strings", lambda: Gauge("corpus_g", tag_keys=(1,))),
):
    try:
        call()
    except (TypeError, ValueError) as error:
        print(what, "->", type(error).__name__)
