"""`init` and `connect`, `shutdown`, `is_initialized`."""

from __future__ import annotations

import atexit
import functools
import logging
import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ray_client.api.context import ClientContext
from ray_client.config import env
from ray_client.config.address import parse_address
from ray_client.config.settings import ConnectSettings, TlsSettings
from ray_client.errors import AddressError
from ray_client.handles import current

if TYPE_CHECKING:
    import asyncio

# How long the end of the program waits for the last output of workers, as Ray's own shutdown does.
_LINGER_S = 0.5

_lock = threading.Lock()
_contexts: list[ClientContext] = []  #: of the sessions that are open

# Options of `ray.init` that describe a cluster to start. They mean something only where one is
# started: with the embedded server.
_CLUSTER_OPTIONS = frozenset(
    {
        "num_cpus",
        "num_gpus",
        "resources",
        "labels",
        "object_store_memory",
        "include_dashboard",
        "dashboard_host",
        "dashboard_port",
    }
)
# Options that change nothing here: what they set up belongs to the driver on the cluster.
_IGNORED_OPTIONS = frozenset({"configure_logging", "logging_format", "logging_config", "local_mode"})


def init(
    address: str | None = None,
    *,
    namespace: str | None = None,
    runtime_env: Mapping[str, Any] | None = None,
    log_to_driver: bool = True,
    logging_level: int = logging.INFO,
    allow_multiple: bool = False,
    ignore_reinit_error: bool = False,
    token: str | None = None,
    tls: TlsSettings | None = None,
    job_metadata: Mapping[str, str] | None = None,
    lease_s: float = 0.0,
    direct: bool = True,
    connect_timeout_s: float = 30.0,
    on_interrupt: str = "keep",
    **ray_options: Any,
) -> ClientContext:
    """Open a session on a cluster, which module-level functions use from now on.

    Args:
        address: `ray://host[:port]` of a gateway; without it, or with `auto`, `RAY_ADDRESS`; and without
            either a server of this machine's own is started, if `ray-client-server` is installed here.
        namespace: for the names of actors; one of the session's own if not given.
        runtime_env: Ray's runtime environment for the session's tasks and actors.
        log_to_driver: print what tasks and actors print.
        logging_level: the lowest level of the cluster's log records to show.
        allow_multiple: open another session although one is open, which stays the current one; as `connect`.
        ignore_reinit_error: give the open session again instead of raising.
        token: the gateway's token; without it `RAY_CLIENT_TOKEN` or `RAY_CLIENT_TOKEN_PATH`.
        tls: how to speak TLS; without it the environment's, and plaintext if there is none.
        job_metadata: metadata of the session's Ray job.
        direct: go past the gateway where the session's driver runs on this machine.
        lease_s: how long the cluster keeps the session when this process is silent; 0: its default.
        connect_timeout_s: for everything up to the gateway's first answer.
        on_interrupt: what Ctrl-C in `get` and `wait` does with what was waited for: `keep` lets it run, and
            `cancel` cancels it.
        ray_options: other options of `ray.init`; those that describe a cluster need the local server.

    Raises:
        RuntimeError: a session is open already.
        ValueError: an option is unknown, or makes no sense with an address.
        ConnectError: the session could not be opened; the subclass says why.
    """
    with _lock:
        default = current.find_default()
        if default is not None and default.is_open and not allow_multiple:
            if ignore_reinit_error:
                return next(context for context in _contexts if context.session_id == default.id)
            raise RuntimeError(
                "Maybe you called ray.init twice by accident? This error can be suppressed by passing in "
                "'ignore_reinit_error=True' or by calling 'ray.shutdown()' prior to 'ray.init()'."
            )
        context = _open(
            address,
            namespace=namespace,
            runtime_env=runtime_env,
            log_to_driver=log_to_driver,
            logging_level=logging_level,
            token=token,
            tls=tls,
            job_metadata=job_metadata,
            lease_s=lease_s,
            direct=direct,
            connect_timeout_s=connect_timeout_s,
            on_interrupt=on_interrupt,
            **ray_options,
        )
        if default is None or not default.is_open:
            current.set_default(context._connection.session)
        return context


def connect(address: str | None = None, **options: Any) -> ClientContext:
    """Open a session that only its own methods use: `session.get`, `@session.remote` and so on.

    Args:
        address: as for `init`.
        options: those of `init`, but for the two that are about the current session.

    Raises:
        ValueError: an option is unknown, or makes no sense with an address.
        ConnectError: the session could not be opened; the subclass says why.
    """
    for name in ("allow_multiple", "ignore_reinit_error"):
        if name in options:
            raise ValueError(f"connect() does not know {name}: it is about the current session, which is init()'s")
    return _open(address, **options)


async def connect_async(address: str | None = None, **options: Any) -> ClientContext:
    """Do `connect` without blocking the running loop; cancelled, it leaves nothing behind."""
    import asyncio  # 40 ms that only those pay who use it

    opening = asyncio.get_running_loop().run_in_executor(None, functools.partial(connect, address, **options))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_unwanted)
        raise


def _close_unwanted(opening: asyncio.Future[ClientContext]) -> None:
    """Close a session that was opened after whoever wanted it had gone."""
    if not opening.cancelled() and opening.exception() is None:
        threading.Thread(target=opening.result().close, name="ray-client-close", daemon=True).start()


def shutdown(*, wait_for_processes: bool = False, _exiting_interpreter: bool = False) -> None:
    """Close the session that module-level calls use; does nothing if there is none.

    Args:
        wait_for_processes: taken for Ray's sake; the cluster's processes are not this one's to wait for.
        _exiting_interpreter: taken for Ray's sake.
    """
    with _lock:
        session = current.find_session()
        if session is None:
            return
        for context in [context for context in _contexts if context.session_id == session.id]:
            context.close()


def is_initialized() -> bool:
    """Tell whether module-level calls of this thread have an open session."""
    session = current.find_session()
    return session is not None and session.is_open


def _target(address: str | None) -> str | None:
    """Give the address to connect to; None: none was given."""
    if address == "auto":
        address = env.address()
        if address is None:
            raise AddressError("auto", "it means what RAY_ADDRESS names, and that is not set; set it")
    return address or env.address()


def _open(
    address: str | None,
    *,
    namespace: str | None = None,
    runtime_env: Mapping[str, Any] | None = None,
    log_to_driver: bool = True,
    logging_level: int = logging.INFO,
    token: str | None = None,
    tls: TlsSettings | None = None,
    job_metadata: Mapping[str, str] | None = None,
    lease_s: float = 0.0,
    direct: bool = True,
    connect_timeout_s: float = 30.0,
    on_interrupt: str = "keep",
    **ray_options: Any,
) -> ClientContext:
    target = _target(address)
    _check_ray_options(ray_options, target)
    settings: dict[str, Any] = {
        "tls": tls or env.tls(),
        "namespace": namespace or env.namespace(),
        "runtime_env": runtime_env,
        "job_metadata": dict(job_metadata or {}),
        "log_to_driver": log_to_driver,
        "logging_level": logging_level,
        "lease_s": lease_s,
        "is_direct": direct,
        "connect_timeout_s": connect_timeout_s,
        "on_interrupt": on_interrupt,
    }
    if target is None or target == "local":
        context = _connect_embedded(ray_options, settings)
    else:
        context = _connect(ConnectSettings(address=parse_address(target), token=token or env.token(), **settings))
    _contexts.append(context)
    context._connection.on_close(lambda: _contexts.remove(context))
    return context


def _connect(settings: ConnectSettings) -> ClientContext:
    from ray_client.api.opening import connect  # loads grpc, which an import of this package must not

    return ClientContext(connect(settings))


def _connect_embedded(ray_options: dict[str, Any], settings: dict[str, Any]) -> ClientContext:
    from ray_client.embedded import start_embedded

    server = start_embedded(ray_options)
    try:
        context = _connect(ConnectSettings(address=parse_address(server.address), token=server.token, **settings))
    except BaseException:
        server.close()
        raise
    context._connection.on_close(server.close)
    return context


def _check_ray_options(options: dict[str, Any], target: str | None) -> None:
    unknown = options.keys() - _CLUSTER_OPTIONS - _IGNORED_OPTIONS
    if unknown:
        raise ValueError(f"init() does not know {sorted(unknown)}; see help(ray_client.init)")
    describing = sorted(options.keys() & _CLUSTER_OPTIONS)
    if describing and target is not None:
        raise ValueError(
            f"When connecting to an existing cluster, {' and '.join(describing)} must not be provided: {target} has "
            "what it has."
        )


@atexit.register
def _close_all() -> None:
    for context in list(_contexts):
        context.disconnect(_LINGER_S)


# A forked child must not talk on its parent's connections, nor close its sessions.
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_contexts.clear)
