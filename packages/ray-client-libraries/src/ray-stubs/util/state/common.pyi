from ray_client.util.state.common import *
