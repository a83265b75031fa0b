"""How many replicas there are and which of them is asked: a policy and a router of the program's own."""

import time

from ray import serve
from ray.serve.config import AutoscalingConfig, AutoscalingContext, AutoscalingPolicy, RequestRouterConfig
from ray.serve.request_router import PendingRequest, ReplicaID, ReplicaResult, RequestRouter

serve.start(proxy_location="Disabled")


def two(context: AutoscalingContext):
    return 2, {}


class First(RequestRouter):
    async def choose_replicas(self, candidate_replicas, pending_request: PendingRequest = None):
        return [sorted(candidate_replicas, key=lambda replica: str(replica.replica_id))[:1]]

    def on_request_routed(self, pending_request, replica_id: ReplicaID, result: ReplicaResult):
        pass


@serve.deployment(
    ray_actor_options={"num_cpus": 0.1},
    autoscaling_config=AutoscalingConfig(
        min_replicas=1,
        max_replicas=3,
        upscale_delay_s=0.1,
        metrics_interval_s=0.2,
        policy=AutoscalingPolicy(policy_function=two),
    ),
    request_router_config=RequestRouterConfig(request_router_class=First),
    logging_config={"log_level": "ERROR"},
)
class Named:
    def __call__(self):
        return serve.get_replica_context().replica_id.unique_id


handle = serve.run(Named.bind(), name="named", route_prefix=None)
for _ in range(200):
    found = serve.status().applications["named"].deployments["Named"]
    if found.replica_states == {"RUNNING": 2}:
        break
    time.sleep(0.25)  # Serve has no event for it
print(found.status, {str(state): count for state, count in found.replica_states.items()})
print(serve.status().applications["named"].status == "RUNNING")
time.sleep(1)  # the handle hears of the new replica a little later
print(len({handle.remote().result() for _ in range(8)}))
serve.shutdown()
