from ray_client.core.generated.reporter_pb2_grpc import *
