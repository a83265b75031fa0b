"""Options of deployments, and settings that change while they run."""

from ray import serve
from ray.serve.config import AutoscalingConfig

serve.start(proxy_location="Disabled")


@serve.deployment(
    name="thermostat",
    max_ongoing_requests=3,
    user_config={"target": 20},
    ray_actor_options={"num_cpus": 0.1},
    health_check_period_s=5,
)
class Thermostat:
    def __init__(self):
        self.changes = 0

    def reconfigure(self, config):
        self.target = config["target"]
        self.changes += 1

    def __call__(self):
        return self.target, self.changes


warmer = Thermostat.options(user_config={"target": 23})
print(Thermostat.user_config, warmer.user_config, warmer.max_ongoing_requests, Thermostat.name)
handle = serve.run(Thermostat.bind(), name="home", route_prefix=None)
print(handle.remote().result())
handle = serve.run(warmer.bind(), name="home", route_prefix=None)
print(handle.remote().result())

scaled = Thermostat.options(
    autoscaling_config=AutoscalingConfig(min_replicas=1, max_replicas=2, target_ongoing_requests=2), name="scaled"
)
print(serve.run(scaled.bind(), name="other", route_prefix=None).remote().result()[0])
print(sorted(serve.status().applications))
details = serve.status().applications["other"].deployments["scaled"]
print(details.status == "HEALTHY", sum(details.replica_states.values()))
serve.shutdown()
