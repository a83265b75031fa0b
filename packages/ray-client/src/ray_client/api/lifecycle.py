"""`init` and `connect`, `shutdown`, `is_initialized`."""

from __future__ import annotations

import atexit
import functools
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ray_client.api import init_options
from ray_client.api.context import ClientContext
from ray_client.api.targets import choose_target, server_at, source_named
from ray_client.config import env
from ray_client.config.address import parse_address
from ray_client.config.settings import ConnectSettings, TlsSettings
from ray_client.errors import AddressError, NotConnectedError, SessionClosedError
from ray_client.handles import current
from ray_client.tracebacks import shorten_all
from ray_client_proto import proxies

if TYPE_CHECKING:
    import asyncio

_TWICE = (
    "Maybe you called ray.init twice by accident? This error can be suppressed by passing in "
    "'ignore_reinit_error=True' or by calling 'ray.shutdown()' prior to 'ray.init()'."
)
# How long the end of the program waits for the last output of workers, as Ray's own shutdown does.
_LINGER_S = 0.5

#: Held while the default session is opened or closed. What is logged meanwhile may reach a handler of the program's
#: that calls Ray itself, on this thread: so it is reentrant, and `_is_opening` tells.
_lock = threading.RLock()
_is_opening = False
_is_ending = False  #: the program is: no call opens a session any more
_contexts: list[ClientContext] = []  #: of the sessions that are open

# This package's own options, with what each is where it is not given, or is None.
_OWN: Final[dict[str, Any]] = {
    "log_to_driver": True,
    "logging_level": logging.INFO,
    "token": None,
    "tls": None,
    "lease_s": 0.0,
    "direct": True,
    "connect_timeout_s": 30.0,
    "on_interrupt": "keep",
    "deploy": False,
    "proxy": None,
}
# Options that a `JobConfig` may have too.
_OF_JOB: Final = ("namespace", "runtime_env", "job_metadata")


def init(
    address: str | None = None,
    *,
    namespace: str | None = None,
    runtime_env: Mapping[str, Any] | None = None,
    log_to_driver: bool | None = True,
    logging_level: int | str | None = logging.INFO,
    allow_multiple: bool | None = False,
    ignore_reinit_error: bool | None = False,
    token: str | None = None,
    tls: TlsSettings | None = None,
    job_metadata: Mapping[str, str] | None = None,
    lease_s: float | None = 0.0,
    direct: bool | None = True,
    connect_timeout_s: float | None = 30.0,
    on_interrupt: str | None = "keep",
    deploy: bool | None = False,
    proxy: str | None = None,
    **ray_options: Any,
) -> ClientContext:
    """Open a session on a cluster, which module-level functions use from now on.

    Args:
        address: `ray://host[:port]` of a gateway, or `http://host:8265` of the dashboard of a cluster where
            `ray-client deploy` brought one; without it, or with `auto`, `RAY_ADDRESS`; and without either a
            server of this machine's own is started, if `ray-client-server` is installed here.
        namespace: for the names of actors; one of the session's own if not given.
        runtime_env: Ray's runtime environment for the session's tasks and actors.
        log_to_driver: print what tasks and actors print.
        logging_level: the lowest level of the cluster's log records to show.
        allow_multiple: open another session although one is open, which stays the current one; as `connect`.
        ignore_reinit_error: give the open session again instead of raising.
        token: the gateway's token; without it `RAY_CLIENT_TOKEN` or `RAY_CLIENT_TOKEN_PATH`, or the one that was kept
            when the gateway was deployed from here.
        tls: how to speak TLS; without it the environment's, and plaintext if there is none.
        job_metadata: metadata of the session's Ray job.
        direct: go past the gateway where the session's driver runs on this machine.
        lease_s: how long the cluster keeps the session when this process is silent; 0: its default.
        connect_timeout_s: for everything up to the gateway's first answer.
        on_interrupt: what Ctrl-C in `get` and `wait` does with what was waited for: `keep` lets it run, and
            `cancel` cancels it.
        deploy: bring a gateway onto the cluster of a dashboard's address if it has none, as `ray-client deploy` does.
        proxy: the HTTP proxy that leads to the gateway, `http://[user:password@]host:port`, or `environment` for
            what `https_proxy` says; `no_proxy` holds for both.
        ray_options: other options of `ray.init`. `job_config` and `logging_config` say what the session's job is and
            how this process and the workers log, `logging_format` how the cluster's records are shown. Those that
            describe a cluster need the local server. Others that say something only where a cluster starts are
            passed over.

    Raises:
        RuntimeError: a session is open already, or an option is unknown.
        ValueError: an option makes no sense, or none with an address.
        TypeError: an option is of a wrong type.
        ConnectError: the session could not be opened; the subclass says why.
    """
    with _lock:
        default = current.find_default()
        if default is not None and default.is_open and not allow_multiple:
            if ignore_reinit_error:
                return next(context for context in _contexts if context.session_id == default.id)
            raise RuntimeError(_TWICE)
        context = _open_first(
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
            deploy=deploy,
            proxy=proxy,
            **ray_options,
        )
        if default is None or not default.is_open:
            current.set_default(context._connection.session)
        return context


def _open_first(address: str | None, **options: Any) -> ClientContext:
    """Open a session under the lock.

    Raises:
        RuntimeError: this thread is opening one already, and something that it called wants another.
    """
    global _is_opening
    if _is_opening:
        raise RuntimeError(_TWICE)
    _is_opening = True
    try:
        return _open(address, **options)
    finally:
        _is_opening = False


def _open_implicitly() -> None:
    """Do for the first call what `init()` would, where that can be done; of many threads one does it."""
    if _is_ending or not env.is_auto_connect() or not (env.address() or _has_embedded()):
        return
    with _lock:
        if current.find_default() is None and not _is_opening:
            init()


def _has_embedded() -> bool:
    from ray_client.embedded import is_available  # loads subprocess

    return is_available()


current.set_opener(_open_implicitly)


def connect(address: str | None = None, **options: Any) -> ClientContext:
    """Open a session that only its own methods use: `session.get`, `@session.remote` and so on.

    Args:
        address: as for `init`.
        options: those of `init`, but for the two that are about the current session.

    Raises:
        RuntimeError: an option is unknown.
        ValueError: an option makes no sense, or none with an address.
        TypeError: an option is of a wrong type.
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


def _open(address: str | None, **options: Any) -> ClientContext:
    own = {name: options.pop(name, None) for name in (*_OWN, *_OF_JOB)}
    found = {name: default if own[name] is None else own[name] for name, default in _OWN.items()}
    ray_options = init_options.given(options)
    job, logs = init_options.job_settings(ray_options, own)
    target, source = choose_target(address)
    is_embedded = target is None or target == "local"
    if target is not None and not is_embedded:
        init_options.check_joining(ray_options, target, is_lenient=address is None and _is_lent())
    settings: dict[str, Any] = {
        **job,
        "tls": found["tls"] or env.tls(),
        "namespace": job["namespace"] or env.namespace(),
        "log_to_driver": found["log_to_driver"],
        "logging_level": init_options.level_number(found["logging_level"]),
        "logging_format": init_options.record_format(options),
        "lease_s": found["lease_s"],
        "is_direct": found["direct"],
        "connect_timeout_s": found["connect_timeout_s"],
        "on_interrupt": found["on_interrupt"],
    }
    if is_embedded:
        if found["deploy"]:
            raise AddressError(target or "", "deploy=True needs the address of a cluster's dashboard, http://host:8265")
        context = _connect_embedded(init_options.for_embedded(ray_options), settings)
    else:
        assert target is not None
        with source_named(source):
            where, token = server_at(target, source, found)
            where = replace(where, proxy=proxies.choose(found["proxy"], where.host))
            context = _connect(ConnectSettings(address=where, token=token, **settings))
    _contexts.append(context)
    context._connection.on_close(lambda: _contexts.remove(context))
    if logs is not None:
        logs._apply()
    return context


def _is_lent() -> bool:
    """Tell whether a program that was written for Ray runs on the cluster that `RAY_ADDRESS` names."""
    return sys.modules.get("ray") is sys.modules["ray_client"] and not env.is_init_strict()


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


@atexit.register
def _close_all() -> None:
    """Close all sessions at the end of the program."""
    global _is_ending
    _is_ending = True
    threading.excepthook = _leave_out_daemons(threading.excepthook)
    for context in list(_contexts):
        context.disconnect(_LINGER_S)


def _leave_out_daemons(
    print_error: Callable[[threading.ExceptHookArgs], object],
) -> Callable[[threading.ExceptHookArgs], object]:
    """Say nothing of daemon threads that end because the program does: nobody waits for what they were doing."""

    def print_others(args: threading.ExceptHookArgs) -> None:
        is_daemon = args.thread is not None and args.thread.daemon
        if not (is_daemon and isinstance(args.exc_value, SessionClosedError | NotConnectedError)):
            print_error(args)

    return print_others


def _forget_parent() -> None:
    """In a forked child: its parent's sessions are not its to use, nor a lock that another thread held there."""
    global _lock, _is_opening
    _lock, _is_opening = threading.RLock(), False
    _contexts.clear()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forget_parent)

shorten_all(globals())
