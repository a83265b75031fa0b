from ray_client.serve.grpc_util import *
