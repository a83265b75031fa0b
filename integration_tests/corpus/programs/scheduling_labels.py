"""Labels of nodes select where something may run."""

import ray


@ray.remote(num_cpus=0.5)
def labels():
    return ray.get_runtime_context().get_node_labels()


@ray.remote(num_cpus=0)
class Pinned:
    def node(self):
        return ray.get_runtime_context().get_node_id()


ray.init(address="auto")
[node] = [node for node in ray.nodes() if node["Alive"]]
print(node["Labels"] == ray.get(labels.remote()))
node_id = node["Labels"]["ray.io/node-id"]
print(ray.get(Pinned.options(label_selector={"ray.io/node-id": node_id}).remote().node.remote()) == node_id)
print(ray.get(labels.options(label_selector={"ray.io/node-id": "!in(x,y)"}).remote())["ray.io/node-id"] == node_id)

waits = labels.options(label_selector={"colour": "green"}).remote()
print(len(ray.wait([waits], timeout=0.1)[0]))
ray.cancel(waits)
try:
    labels.options(label_selector={"colour": 7}).remote()
except (TypeError, ValueError) as error:
    print(type(error).__name__)
