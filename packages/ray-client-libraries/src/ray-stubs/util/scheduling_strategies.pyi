from ray_client.util.scheduling_strategies import *
