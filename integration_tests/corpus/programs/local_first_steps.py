"""On a machine of one's own: `init` with the number of processors, and an end with `shutdown`."""

import ray

context = ray.init(num_cpus=4, include_dashboard=False)


@ray.remote
def word_length(word):
    return len(word)


print(ray.is_initialized(), sum(ray.get([word_length.remote(word) for word in "many words make a line".split()])))
print(ray.cluster_resources()["CPU"])
print(context.address_info["node_id"] == ray.nodes()[0]["NodeID"])
ray.shutdown()
print(ray.is_initialized())
