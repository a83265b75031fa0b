"""What importing the package costs."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

import ray_client_proto


def test_the_version_is_the_wheels() -> None:
    assert ray_client_proto.__version__ == importlib.metadata.version("ray-client-proto")


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("ray_client_proto", ["grpc", "google.protobuf"]),
        (
            "ray_client_proto.wire.delivery, ray_client_proto.wire.chunk, ray_client_proto.wire.tokens",
            ["grpc", "google.protobuf"],
        ),
        ("ray_client_proto.wire.status, ray_client_proto.v1.frame_pb2", ["grpc"]),
    ],
)
def test_importing_loads_no_more_than_it_needs(module: str, spared: list[str]) -> None:
    code = f"import sys, {module}; sys.exit(', '.join(sys.modules.keys() & set({spared})) or 0)"
    subprocess.run([sys.executable, "-c", code], check=True)
