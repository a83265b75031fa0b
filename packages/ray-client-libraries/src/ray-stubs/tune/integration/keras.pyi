from ray_client.tune.integration.keras import *
