"""What a program can learn of the cluster: nodes, resources, versions, itself."""

import ray

try:
    ray.nodes()
except ray.exceptions.RaySystemError:
    print("not before init:", ray.is_initialized())
ray.init()
[node] = ray.nodes()
print(ray.is_initialized(), node["Alive"], sorted(node["Resources"])[0], node["Resources"]["CPU"])

context = ray.get_runtime_context()
print(len(context.get_job_id()), len(context.get_node_id()), context.get_task_id(), context.get_actor_id())


@ray.remote
class Curious:
    def ids(self):
        inner = ray.get_runtime_context()
        return inner.get_job_id(), inner.get_actor_id(), inner.get_task_id() is not None, inner.current_actor

    def name(self):
        return ray.get_runtime_context().get_actor_name()


curious = Curious.options(name="curious").remote()
job, actor, has_task, itself = ray.get(curious.ids.remote())
print(job == context.get_job_id(), len(actor), has_task, itself == curious)
print(ray.get(curious.name.remote()))
print(ray.available_resources()["CPU"] <= ray.cluster_resources()["CPU"])
print(ray.util.get_node_ip_address() != "", ray.__version__.count("."), len(ray.__commit__))
print(context.namespace == ray.get_runtime_context().namespace, isinstance(context.get(), dict))
print(ray.get_gpu_ids(), ray.get_runtime_context().get_accelerator_ids()["GPU"])
