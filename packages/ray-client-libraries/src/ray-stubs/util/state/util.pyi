from ray_client.util.state.util import *
