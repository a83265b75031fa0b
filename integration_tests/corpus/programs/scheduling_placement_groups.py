"""A placement group reserves a set of bundles at once; tasks and actors run inside of them."""

import ray
from ray.util import placement_group_table
from ray.util.placement_group import get_current_placement_group, placement_group, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy


@ray.remote(num_cpus=1)
def crew(name):
    return name, ray.get_runtime_context().get_placement_group_id()


@ray.remote(num_cpus=1)
class Captain:
    def group(self):
        group = get_current_placement_group()
        return group and group.id.hex()

    def children(self):
        return ray.get(crew.remote("child"))


group = placement_group([{"CPU": 1}, {"CPU": 1, "rig": 1}], strategy="STRICT_PACK", name="ship")
print(type(group).__name__, group.bundle_count, group.bundle_specs)
print(ray.get(group.ready(), timeout=60) is not None, group.wait(timeout_seconds=60))

inside = PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=0)
name, group_id = ray.get(crew.options(scheduling_strategy=inside).remote("mate"))
print(name, group_id == group.id.hex())
print(ray.get(crew.remote("outside")))

everywhere = PlacementGroupSchedulingStrategy(group, placement_group_capture_child_tasks=True)
captain = Captain.options(scheduling_strategy=everywhere).remote()
print(ray.get(captain.group.remote()) == group.id.hex())
name, group_id = ray.get(captain.children.remote())
print(name, group_id == group.id.hex())

row = placement_group_table(group)
print(row["name"], row["state"], row["strategy"], len(row["bundles"]))
print(ray.util.get_placement_group("ship").id == group.id)

remove_placement_group(group)
try:
    ray.get(captain.group.remote())
except ray.exceptions.RayActorError as error:
    print("gone with the group:", type(error).__name__)

too_large = placement_group([{"CPU": 1000}])
print(too_large.wait(timeout_seconds=0.1))
remove_placement_group(too_large)
for wrong in ([], [{}], [{"CPU": -1}]):
    try:
        placement_group(wrong)
    except ValueError:
        print("refused:", wrong)
