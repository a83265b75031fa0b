from ray_client.util.state.state_manager import *
