from ray_client.util.state.exception import *
