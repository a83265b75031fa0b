"""A pool shares work among a few actors, in order or as it gets done."""

import ray
from ray.util import ActorPool


@ray.remote(num_cpus=0.5)
class Cook:
    def __init__(self, name):
        self.name = name
        self.dishes = 0

    def prepare(self, dish):
        self.dishes += 1
        return dish.replace(" ", "-")

    def count(self):
        return self.dishes


cooks = [Cook.remote(name) for name in ("Pia", "Raul")]
pool = ActorPool(cooks)
dishes = ["onion soup", "fish pie", "green salad", "rye bread", "plum cake"]
print(list(pool.map(lambda cook, dish: cook.prepare.remote(dish), dishes)))
print(sorted(pool.map_unordered(lambda cook, dish: cook.prepare.remote(dish), dishes)))
print(sum(ray.get([cook.count.remote() for cook in cooks])))

print(pool.has_free(), pool.has_next())
for dish in dishes[:3]:
    pool.submit(lambda cook, dish: cook.prepare.remote(dish), dish)
print(pool.has_free(), pool.has_next())
print(pool.get_next(), sorted([pool.get_next_unordered(), pool.get_next_unordered()]))
try:
    pool.get_next()
except StopIteration as error:
    print(error)

third = Cook.remote("Sven")
pool.push(third)
idle = pool.pop_idle()
print(idle in [*cooks, third])
try:
    pool.push(idle)
    pool.push(idle)
except ValueError as error:
    print(error)
