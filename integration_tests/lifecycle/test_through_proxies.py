"""Sessions through an HTTP proxy of the user's own network, which is asked only when the user says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from cluster import Head
from connect_proxy import ConnectProxy
from gateway import Gateway

import ray_client as ray
from ray_client.config.settings import TlsSettings
from ray_client.errors import UnreachableError

LARGE = bytes(range(256)) * 4_000
LOGIN = "anna:p@ss"
URL_LOGIN = "anna:p%40ss"


@pytest.fixture
def proxy() -> Iterator[ConnectProxy]:
    with ConnectProxy(LOGIN) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "grpc_proxy", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_all_of_a_session_goes_through_the_proxy(proxy: ConnectProxy, gateway: Gateway) -> None:
    url = f"http://{URL_LOGIN}@127.0.0.1:{proxy.port}"
    with ray.init(gateway.address, direct=False, proxy=url) as context:
        assert ray.get(ray.put(LARGE)) == LARGE
        assert gateway.has_given_away(context.session_id)
    assert len(proxy.targets) >= 3  # gRPC, data, a lane
    assert set(proxy.targets) == {gateway.address.removeprefix("ray://")}


def test_with_tls_too(proxy: ConnectProxy, head: Head, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    arguments = ["--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")]
    gateway = Gateway.start(head.address, *arguments)
    try:
        where = gateway.address.replace("ray://", "rays://")
        url = f"http://{URL_LOGIN}@127.0.0.1:{proxy.port}"
        with ray.init(where, direct=False, proxy=url, tls=TlsSettings(ca_path=str(tmp_path / "ca.pem"))):
            assert ray.get(ray.put(LARGE)) == LARGE
        assert len(proxy.targets) >= 3
    finally:
        gateway.close()


def test_the_environment_counts_only_when_it_is_asked(
    proxy: ConnectProxy, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, f"http://{URL_LOGIN}@127.0.0.1:{proxy.port}")
    with ray.init(gateway.address, direct=False):
        assert ray.get(ray.put(LARGE)) == LARGE
    assert not proxy.targets
    with ray.init(gateway.address, direct=False, proxy="environment"):
        assert ray.get(ray.put(LARGE)) == LARGE
    asked = len(proxy.targets)
    assert asked >= 3
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ray.init(gateway.address, direct=False, proxy="environment"):
        assert ray.get(ray.put(LARGE)) == LARGE
    assert len(proxy.targets) == asked


def test_what_the_proxy_refuses_is_told_in_its_words(proxy: ConnectProxy, gateway: Gateway) -> None:
    with pytest.raises(UnreachableError, match="407 Proxy Authentication Required") as caught:
        ray.init(gateway.address, proxy=f"http://anna:wrong@127.0.0.1:{proxy.port}")
    assert f"the proxy 127.0.0.1:{proxy.port}" in str(caught.value) and "wrong" not in str(caught.value)


def test_a_proxy_that_is_none_is_refused_before_anything_is_asked(gateway: Gateway) -> None:
    with pytest.raises(ValueError, match="a proxy is 'environment' or"):
        ray.init(gateway.address, proxy="socks5://127.0.0.1:1")
