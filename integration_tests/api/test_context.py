"""What `init` returns and takes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cluster import Head
from gateway import Gateway

import ray_client as ray
from ray_client.errors import EmbeddedServerError


def test_the_context_tells_of_the_session(context: ray.ClientContext, head: Head) -> None:
    assert context.namespace == "api"
    assert context.ray_version.startswith("2.")
    assert context.python_version.count(".") == 2
    assert context.is_connected
    assert context["job_id"] == ray.get_runtime_context().get_job_id()
    assert context["gcs_address"].endswith(head.address.rpartition(":")[2])


def test_the_context_can_be_printed(context: ray.ClientContext, gateway: Gateway) -> None:
    text = repr(context)
    assert context.session_id in text
    assert str(gateway.port) in text
    assert "open" in text
    ray.shutdown()
    assert "closed" in repr(context)


def test_the_context_in_a_notebook(context: ray.ClientContext) -> None:
    text = context._repr_html_()
    assert text.startswith("<table>")
    assert context.session_id in text


def test_handles_can_be_printed(context: ray.ClientContext) -> None:
    ref = ray.put(1)
    assert "ObjectRef" in repr(ref)
    assert ref.hex() in repr(ref)


def test_no_secret_is_printed(gateway: Gateway, context: ray.ClientContext) -> None:
    secret = context._connection.session.opened.secret
    assert secret.hex() not in repr(context) + context._repr_html_()
    assert secret.hex() not in gateway.process.describe()


def test_libraries_of_ray_can_be_used_inside_a_task(context: ray.ClientContext) -> None:
    @ray.remote
    def use() -> str:
        import ray

        return ray.util.get_node_ip_address()

    assert ray.get(use.remote()).count(".") == 3


def test_the_address_from_the_environment(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", gateway.address)
    with ray.init(log_to_driver=False):
        assert ray.get(ray.put(1)) == 1


def test_no_address_and_no_server_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with pytest.raises(EmbeddedServerError, match="ray-client-server"):
        ray.init()


def test_options_that_describe_a_cluster(gateway: Gateway) -> None:
    with pytest.raises(ValueError, match="num_cpus"):
        ray.init(gateway.address, num_cpus=4)


def test_importing_the_package_loads_little() -> None:
    heavy = ("grpc", "cloudpickle", "google.protobuf", "ray")
    check = f"import sys, ray_client; print([name for name in {heavy} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
