"""Generated from `proto/ray_client_proto/v1`; run `nox -s protos` after a change there."""
