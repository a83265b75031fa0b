"""What speaks gRPC. Loaded when a connection is made, not before."""

from ray_client.config import env

with env.quiet_grpc():  # before any module of ours imports it
    import grpc  # noqa: F401
