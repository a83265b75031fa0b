"""What speaks gRPC. Loaded when a connection is made, not before."""
