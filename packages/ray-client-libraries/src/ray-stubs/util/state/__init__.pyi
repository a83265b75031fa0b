from ray_client.util.state import *
