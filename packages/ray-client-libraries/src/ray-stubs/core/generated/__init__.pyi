from ray_client.core.generated import *
