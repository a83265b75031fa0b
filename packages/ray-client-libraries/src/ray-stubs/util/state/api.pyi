from ray_client.util.state.api import *
