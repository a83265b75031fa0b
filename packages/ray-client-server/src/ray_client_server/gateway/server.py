"""The gateway as a whole: built, started, drained and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import multiprocessing
import os
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import grpc

from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_server.auth.interceptor import TokenInterceptor
from ray_client_server.auth.tokens import TOKEN_PATH_VARIABLE, TOKEN_VARIABLE, TokenGuard
from ray_client_server.cluster import finding
from ray_client_server.cluster.finding import Cluster, LocalCluster
from ray_client_server.config import GatewaySettings, Limits
from ray_client_server.errors import StartError
from ray_client_server.gateway import files, opening
from ray_client_server.gateway.bounding import RequestBound
from ray_client_server.gateway.connections import connection_options, server_credentials
from ray_client_server.gateway.front import Front
from ray_client_server.gateway.lifecycle import Lifecycle
from ray_client_server.gateway.packages import PackageStore
from ray_client_server.gateway.places import Places
from ray_client_server.gateway.relay import Relay
from ray_client_server.gateway.servicer import GatewayServicer
from ray_client_server.gateway.sessions import SessionTable
from ray_client_server.gateway.spawner import Spawner
from ray_client_server.gateway.state import StateDirectory
from ray_client_server.gateway.users import other_users, user
from ray_client_server.gateway.watching import ClientWatch
from ray_client_server.observability.health import Health
from ray_client_server.observability.logs import EventLog

log = EventLog("server")

T = TypeVar("T")

SERVICES = ("ray_client.v1.Gateway", "ray_client.v1.Session")

#: What no driver, no worker and no cluster of ours is to have of this process's environment: the token and, where Ray's
#: job submission started us, the job's own settings.
_NOT_FOR_DRIVERS = (TOKEN_VARIABLE, TOKEN_PATH_VARIABLE, "RAY_JOB_CONFIG_JSON_ENV_VAR")

#: gRPC itself refuses a message without saying whose limit that was; up to this many times the limit we do it.
_SAYABLE = 4


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a port on `host`.

    >>> is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("0.0.0.0"), is_loopback("head.example")
    (True, True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_security(settings: GatewaySettings) -> None:
    """See to it that nobody listens to the world by accident.

    Raises:
        StartError: the host is beyond loopback, and there is neither a token nor `--insecure`.
    """
    is_closed = is_loopback(settings.host)
    if settings.wants_token:
        if settings.tls is None and not is_closed and not settings.is_insecure:
            log.warning("server.token_in_clear", host=settings.host, advice="add --tls-cert and --tls-key")
        return
    if not is_closed and not settings.is_insecure:
        raise StartError(
            f"listening on {settings.host} lets everyone who can reach it run code: set RAY_CLIENT_TOKEN, name a file "
            "with --token-file, give --token-hash, or say --insecure"
        )
    others = other_users() if is_closed else set()
    if others or not is_closed:
        who = f"{len(others)} other users of this machine" if is_closed else "whoever reaches it"
        log.warning("server.no_token", who=who, can=f"run code as {user()}", advice="set RAY_CLIENT_TOKEN")


def server_options(limits: Limits) -> list[tuple[str, int]]:
    """Give gRPC's options for the gateway's server."""
    return [
        ("grpc.so_reuseport", 0),  # a port that is taken is an error, not half of the connections
        ("grpc.max_receive_message_length", min(limits.message_bytes * _SAYABLE, 2**31 - 1)),
        ("grpc.max_send_message_length", -1),
        *connection_options(limits),
    ]


class Gateway:
    """One gateway, from its first socket to its last process."""

    def __init__(self, settings: GatewaySettings, cluster: Cluster, directory: Path, spawner: Spawner) -> None:
        limits = settings.limits
        self._settings = settings
        places = Places(files.raise_limit(), limits.address_connections)
        self._sessions = SessionTable(limits)
        self._lifecycle = Lifecycle(self._sessions, limits, str(directory), spawner.start)
        self._watch = ClientWatch(self._sessions, self._lifecycle, limits.handshake_s)
        guard = TokenGuard(settings.token, settings.token_hash) if settings.wants_token else None
        self._health = Health(SERVICES, (lambda _: True) if guard is None else guard.lets_in_call)
        self._servicer = GatewayServicer(
            self._sessions,
            self._lifecycle,
            PackageStore(directory / "packages", limits),
            limits,
            directory=str(directory),
            info=opening.server_info(cluster.address, cluster.ray_version, settings.claims),
            check_environment=spawner.check_environment,
            tls=settings.tls,
            forwards=settings.forwards,
            admit=places.admit,
        )
        self._server_path = f"{directory}/s/gateway"
        self._front = Front(settings, self._sessions, self._server_path, places, guard)
        self._server = grpc.aio.server(
            interceptors=[*([] if guard is None else [TokenInterceptor(guard)]), RequestBound(limits.request_bytes)],
            options=server_options(limits),
        )
        gateway_pb2_grpc.add_GatewayServicer_to_server(self._servicer, self._server)
        self._server.add_generic_rpc_handlers((Relay(self._sessions, limits, places.admit), self._health.handler()))

    async def start(self) -> int:
        """Begin to listen and give the port.

        Raises:
            StartError: the port is taken, or TLS cannot be set up; nothing is listening.
        """
        await self._lifecycle.control.start()
        behind, tls = f"unix:{self._server_path}", self._settings.tls
        address = f"{self._settings.host}:{self._settings.port}"
        try:
            if tls is None:
                self._server.add_insecure_port(behind)
            else:
                self._server.add_secure_port(behind, server_credentials(tls))
            await self._server.start()
            self._watch.start()
            return self._front.start()
        except (OSError, RuntimeError) as error:
            raise StartError(
                f"cannot listen on {address}: {error}; is the port taken? choose one with --port"
            ) from error

    async def drain(self, within_s: float) -> None:
        """Open no more sessions, and let those there are finish what runs; return when none is left, or time is up."""
        self._servicer.is_draining = True
        self._health.stop_serving()
        self._lifecycle.drain(within_s)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._lifecycle.all_ended(), within_s)

    async def stop(self, is_urgent: bool) -> bool:
        """End what is left of sessions, and the server; unless urgent, drivers may leave in good order."""
        await self._watch.close()
        if is_urgent:
            self._lifecycle.kill_all()
        for session in self._sessions:
            self._lifecycle.end(session, "the gateway was shut down")
        await self._lifecycle.all_ended()
        await self._front.stop_listening()
        await self._server.stop(0 if is_urgent else 1.0)
        await self._front.close()
        await self._lifecycle.close()
        return True


class Signals:
    """SIGTERM and SIGINT: the first asks for a drain, the second for the end at once."""

    def __init__(self) -> None:
        self.first = asyncio.Event()
        self.second = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._receive, number)

    def _receive(self, number: signal.Signals) -> None:
        log.info("server.signal", signal=number.name)
        (self.second if self.first.is_set() else self.first).set()


async def _unless(signalled: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Give what `work` gives; or, when the signal comes first, cancel it and give nothing."""
    working, waiting = asyncio.ensure_future(work), asyncio.ensure_future(signalled.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if signalled.is_set():
            working.cancel()
            await asyncio.wait({working})
        return None if working.cancelled() else working.result()
    finally:
        working.cancel()
        waiting.cancel()


async def serve(settings: GatewaySettings, announce: Callable[[int, Cluster], None]) -> None:
    """Run a gateway until a signal ends it; `announce` is called with its port once it can be reached.

    Raises:
        StartError: it could not start, or the cluster that it started has died; nothing is left running.
    """
    check_security(settings)
    for name in _NOT_FOR_DRIVERS:
        os.environ.pop(name, None)
    signals = Signals()
    state = StateDirectory(settings.state_dir)
    # Where multiprocessing puts the fork server's socket. It has no public way to say so, and a gateway that is killed
    # would leave the default behind in /tmp.
    multiprocessing.current_process()._config["tempdir"] = str(state.path / "tmp")  # type: ignore[attr-defined]
    try:
        find = finding.find_or_start(settings.address, str(state.path), settings.local_cpus)
        found = await _unless(signals.first, find)
        if found is None:
            return
        cluster, local = found
        try:
            os.environ.update(cluster.environ)  # before the fork server imports Ray, which reads it then
            await _serve_cluster(settings, cluster, local, state.path, signals, announce)
        finally:
            if local is not None:
                await local.stop()
    finally:
        state.close()
        log.info("server.stopped")


async def _serve_cluster(
    settings: GatewaySettings,
    cluster: Cluster,
    local: LocalCluster | None,
    directory: Path,
    signals: Signals,
    announce: Callable[[int, Cluster], None],
) -> None:
    spawner = Spawner()
    await _unless(signals.first, spawner.warm())
    gateway = Gateway(settings, cluster, directory, spawner)
    try:
        announce(await gateway.start(), cluster)
        if local is None:
            await signals.first.wait()
        elif await _unless(signals.first, local.wait()) is not None:
            raise StartError(f"the cluster that was started here has died; {local.log_path} says more")
        await _unless(signals.second, gateway.drain(settings.limits.drain_s))
    finally:
        if await _unless(signals.second, gateway.stop(is_urgent=False)) is None:
            await gateway.stop(is_urgent=True)
        spawner.close()
