"""Nothing here calls `init`: a queue, a pool of actors and a placement group each begin by themselves."""

import ray
from ray.util import ActorPool, placement_group, remove_placement_group
from ray.util.queue import Queue


def with_a_queue():
    queue = Queue(2)
    queue.put("one")
    return queue.get(), queue.empty()


def with_a_pool():
    @ray.remote(num_cpus=0)
    class Adder:
        def add(self, pair):
            return sum(pair)

    pool = ActorPool([Adder.remote()])
    return list(pool.map(lambda actor, pair: actor.add.remote(pair), [(1, 2), (3, 4)]))


def with_a_group():
    group = placement_group([{"CPU": 0.5}])
    is_ready = group.wait(60)
    remove_placement_group(group)
    return is_ready


for use in (with_a_queue, with_a_pool, with_a_group):
    print(ray.is_initialized(), use.__name__, use(), ray.is_initialized())
    ray.shutdown()
