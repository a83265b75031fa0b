"""Opening a session: what is said to the gateway, and what is done while it starts the driver."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from ray_client.api.differences import show_differences
from ray_client.config.settings import ConnectSettings
from ray_client.errors import RayClientError
from ray_client.packages import Check, Package, Upload, prepare_runtime_env
from ray_client.transport.channel import open_channel
from ray_client.transport.gateway import GatewayClient, SessionKey, describe_client
from ray_client.transport.peer import Peer
from ray_client_proto.v1 import gateway_pb2

if TYPE_CHECKING:
    from ray_client.api.assembly import Connection

HOOK = "worker_process_setup_hook"
_JOB_CONFIG = "take logging_config, or what job_config has beside metadata, namespace and runtime_env"
#: What a session is made of, and what its first call needs.
LOADED = ("ray_client.api.assembly", "ray_client.session.calls", "ray_client.session.interrupts", "encodings.idna")


def connect(
    settings: ConnectSettings,
    on_progress: Callable[[gateway_pb2.OpenSessionProgress], None] | None = None,
) -> Connection:
    """Open a session; on failure nothing is left behind.

    Raises:
        ConnectError: its subclass says what went wrong.
    """
    with ExitStack() as cleanup:
        channel = open_channel(settings.address, settings.tls)
        cleanup.callback(channel.close)
        gateway = GatewayClient(channel, settings.token, settings.address, claims=settings.claims)
        shipped: dict[str, str] = {}
        request = _request(settings, gateway, shipped)
        # This takes as long to import as the server takes to start a driver.
        threading.Thread(target=lambda: [*map(importlib.import_module, LOADED)], daemon=True).start()
        opened = gateway.open_session(request, on_progress, settings.open_timeout_s, settings.connect_timeout_s)
        try:
            from ray_client.api.assembly import assemble

            if settings.job_config:  # an environment may have a driver of an older release than its gateway
                Peer(opened.server.version, opened.capabilities).require("job_config", _JOB_CONFIG)
            connection = assemble(settings, channel, opened, cleanup, shipped)
        except BaseException:
            with suppress(RayClientError):  # what went wrong before counts, and the lease ends the session anyway
                gateway.close_session(opened.session_id, opened.secret, "the client could not attach")
            raise
        peer = connection.session.peer
        connection.session.prepare_runtime_env = partial(
            prepare_runtime_env,
            upload=_upload(gateway, peer, (opened.session_id, opened.secret)),
            check=_check(gateway, peer),
        )
        show_differences(opened.server)
        return connection


def _request(
    settings: ConnectSettings, gateway: GatewayClient, shipped: dict[str, str]
) -> gateway_pb2.OpenSessionRequest:
    runtime_env = {}
    if settings.job_config:
        server = gateway.compatible_server(settings.connect_timeout_s)
        Peer(server.version, server.capabilities).require("job_config", _JOB_CONFIG)
    if settings.runtime_env:
        # What listens there may be no gateway, or none that a session can be opened on: nothing was packed yet.
        server = gateway.compatible_server(settings.connect_timeout_s)
        hook = settings.runtime_env.get(HOOK)
        fields = {key: value for key, value in settings.runtime_env.items() if key != HOOK or not callable(value)}
        peer = Peer(server.version, server.capabilities)
        runtime_env = prepare_runtime_env(fields, _upload(gateway, peer), shipped, _check(gateway, peer))
        if callable(hook):
            from ray_client.api.assembly import pickle_hook

            runtime_env[HOOK] = pickle_hook(hook, server.python_version, shipped)
    return gateway_pb2.OpenSessionRequest(
        client=describe_client(settings.claims),
        namespace=settings.namespace or "",
        runtime_env_json=json.dumps(runtime_env) if runtime_env else "",
        job_metadata=settings.job_metadata,
        job_config_json=json.dumps(dict(settings.job_config)) if settings.job_config else "",
        lease_s=settings.lease_s,
        log_to_driver=settings.log_to_driver,
        logging_level=settings.logging_level,
    )


def _upload(gateway: GatewayClient, peer: Peer, user: SessionKey | None = None) -> Upload:
    def upload(package: Package) -> bool:
        peer.require("packages", "take directories of this machine")
        if package.special:
            peer.require("exact_packages", package.special)
        return gateway.upload_package(package.path, package.sha256, user)

    return upload


def _check(gateway: GatewayClient, peer: Peer) -> Check | None:
    """Give what has Ray judge each environment once; None where the server is too old to ask it."""
    if not peer.can("environment_checks"):
        return None
    accepted: set[str] = set()

    def check(runtime_env: dict[str, Any]) -> None:
        text = json.dumps(runtime_env, sort_keys=True)
        if text not in accepted:
            gateway.check_environment(runtime_env)
            accepted.add(text)

    return check
