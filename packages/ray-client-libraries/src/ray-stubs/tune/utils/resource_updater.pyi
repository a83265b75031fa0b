from ray_client.tune.utils.resource_updater import *
