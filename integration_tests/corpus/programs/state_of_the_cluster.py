"""The state API: which tasks, actors and nodes there are, with filters, and summaries."""

import ray
from ray.util.state import get_actor, list_actors, list_nodes, list_placement_groups, list_tasks, summarize_actors

ray.init(namespace="state")


@ray.remote(num_cpus=0)
class Watchman:
    def watch(self):
        return "all quiet"


@ray.remote
def patrol():
    return 1


watchmen = [Watchman.options(name=f"watchman {number}").remote() for number in range(2)]
print(ray.get([watchman.watch.remote() for watchman in watchmen]))
mine = ("job_id", "=", ray.get_runtime_context().get_job_id())

actors = list_actors(filters=[("class_name", "=", "Watchman"), mine])
print(sorted((actor.name, actor.state) for actor in actors))
ray.kill(watchmen[1])
while len(list_actors(filters=[("state", "=", "DEAD"), mine])) < 1:
    pass
print([actor["name"] for actor in list_actors(filters=[("state", "=", "ALIVE"), mine])])
print(get_actor(actors[0].actor_id).class_name)
[node] = list_nodes()
print(node.state, node.is_head_node)
print(list_placement_groups(filters=[("name", "=", "none of this name")]))

print(sum(ray.get([patrol.options(name="night patrol").remote() for _ in range(3)])))
finished = []
while len(finished) < 3:
    finished = list_tasks(filters=[("name", "=", "night patrol"), ("state", "=", "FINISHED"), mine])
print({task.type for task in finished}, len(finished))
print("Watchman" in summarize_actors()["cluster"]["summary"])
try:
    list_actors(filters=[("name", "~", "x")])
except ValueError as error:
    print("unknown predicate:", "~" in str(error))
