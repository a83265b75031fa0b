"""Addresses of clusters that are none."""

from __future__ import annotations

import asyncio
import socket

import pytest

from ray_client_server.cluster import finding
from ray_client_server.errors import StartError


@pytest.mark.parametrize("address", ["nonsense", "host:", ":6379", "host:0", "host:99999", "ray://host:x"])
def test_what_is_no_address_is_said_to_be_none(address):
    with pytest.raises(StartError, match="HOST:PORT"):
        asyncio.run(finding.join(address))


def test_an_address_where_nobody_listens_is_named():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        with pytest.raises(StartError, match=f"no Ray cluster at {address}"):
            asyncio.run(finding.join(address))


def test_local_in_the_environment_means_a_cluster_of_our_own(monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "local")
    assert asyncio.run(finding.join("auto")) is None
