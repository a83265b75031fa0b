from ray_client.util.state.state_cli import *
