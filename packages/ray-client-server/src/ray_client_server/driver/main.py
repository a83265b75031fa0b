"""A driver's life: join the cluster, serve the session, end with it."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import platform
import queue
import signal
import socket
import sys
import threading
import time
from typing import Any, Final, NoReturn

from ray_client_proto import files, threads, tls
from ray_client_proto.wire.handshake import OF_DRIVERS
from ray_client_proto.wire.texts import escaped
from ray_client_server.config import DriverSettings, TlsSettings, files_path, given_path
from ray_client_server.driver import ray_job, ray_port
from ray_client_server.driver.control import Control
from ray_client_server.driver.dispatch import carry_out
from ray_client_server.driver.errors import OperationError, shortened, text_of
from ray_client_server.driver.failures import type_name
from ray_client_server.driver.holdings import Holdings
from ray_client_server.driver.hooks import with_hook
from ray_client_server.driver.lanes import LaneService, LogService
from ray_client_server.driver.local import LocalDoor
from ray_client_server.driver.logs import Logs
from ray_client_server.driver.ports import PortService
from ray_client_server.driver.session import DriverSession
from ray_client_server.driver.sockets import BeginTls, SocketDoor
from ray_client_server.driver.versions import package_versions

log = logging.getLogger(__name__)

# Clients have left out what is to be left out. Ray reads these when it packs: both in Ray 2.60, none in Ray 2.40.
_PACKED_AS_IT_IS: Final = {"RAY_RUNTIME_ENV_IGNORE_GITIGNORE": "1", "RAY_OVERRIDE_RUNTIME_ENV_DEFAULT_EXCLUDES": ""}

_IDLE_MEMORY_S: Final = 10.0  #: memory that no transfer needed for this long goes back to the system
#: What ends a service or a job signals all its processes at once; so long the gateway has to say that it drains.
_ORDER_S: Final = 1.0
_MAIN_WANTED: Final = "the main thread is wanted"  #: by a call of a library
_LOOK_S: Final = 1.0  #: how often the lease is looked at, at least
_QUICK_S: Final = 0.05  #: and at most


def run(settings: DriverSettings) -> NoReturn:
    """Be the driver of a session, and leave the process when the session ends."""
    _take_output(settings.log_path)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    handler = logging.StreamHandler()
    handler.setFormatter(_Escaping("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=settings.logging_level or logging.INFO, handlers=[handler])
    exit_code = 1
    try:
        exit_code = Driver(settings).run()
    finally:
        # Not even a failure may reach the interpreter's own end, which waits for threads and runs what the parent
        # registered before the fork.
        if sys.exc_info()[0] is not None:
            log.exception("driver.failed")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_code)


class _Escaping(logging.Formatter):
    """For the log file, where a client's texts must not pass for lines of ours, nor act on a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.message = escaped(record.message).replace("\n", "\\n")
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return escaped(super().format(record))  # also in a traceback, whose lines stay


class Driver:
    """The parts of a driver, and the queue on which its main thread waits for the end."""

    def __init__(self, settings: DriverSettings) -> None:
        self._settings = settings
        self._ends: queue.SimpleQueue[str] = queue.SimpleQueue()  # reasons, and `_MAIN_WANTED`
        self._is_draining = threading.Event()
        threads.tell_deaths(self._ends.put)
        self._control = Control(settings.control_path, settings.session_id)

    def run(self) -> int:
        """Serve the session to its end; give the exit code."""
        settings, control = self._settings, self._control
        # A gateway that goes while Ray connects must not leave this process behind.
        is_serving = threading.Event()
        control.listen(self._obey, lambda: self._ends.put("gateway gone") if is_serving.is_set() else os._exit(1))
        try:
            _enter_environment(settings)
            joined = ray_job.join(with_hook(settings, ray_port))
        # Ray refuses clusters and environments with errors of many types, and hooks of the user's raise what they like;
        # the gateway gets each as data.
        except BaseException as error:
            log.exception("driver.join_failed")
            text = shortened(text_of(error))
            control.report("failed", code=_failure_code(error), message=text, type_name=type_name(error))
            return 1
        # After `join`, which installs a handler of Ray's that prints stack traces.
        signal.signal(signal.SIGTERM, lambda *_: self._terminate())
        # What is there by now stays for good: the garbage collector need not look at it again and again.
        gc.freeze()
        self._build()
        is_serving.set()
        versions = {"python_version": platform.python_version(), "packages": package_versions()}
        control.report("ready", **joined._asdict(), **versions, capabilities=OF_DRIVERS)
        reason = self._wait_for_end()
        if reason is _MAIN_WANTED:
            # From now on another thread waits for the end: this one may be hours in a call.
            threads.Thread("life", self._wait_and_end).start()
            self._holdings.library.serve_main()
        self._end(reason)
        return 0

    def _wait_and_end(self) -> None:
        """Do what the main thread does else: end the process with its session."""
        exit_code = 1
        try:
            self._end(self._wait_for_end())
            exit_code = 0
        finally:
            if exit_code:
                log.exception("driver.failed")
            os._exit(exit_code)

    def _build(self) -> None:
        settings = self._settings
        logs = Logs()
        logging.getLogger().addHandler(logs)
        if not logging.getLogger("ray").propagate:
            logging.getLogger("ray").addHandler(logs)
        self._holdings = holdings = Holdings(ray_port, settings.limits, settings.client_python, settings.packages_dir)
        ray_port.listen_to_workers(logs.take_lines)
        self._session = DriverSession(
            lambda operation, answer: carry_out(holdings, operation, answer),
            replay_bytes=settings.limits.replay_bytes,
            lease_s=settings.lease_s,
            on_end=self._ends.put,
            on_attach=lambda is_attached: self._control.report("attached", is_attached=is_attached),
        )
        files.place = files_path(settings.socket_path)
        holdings.library.emit = self._session.emit
        holdings.library.claim_main = lambda: self._ends.put(_MAIN_WANTED)
        message_bytes = settings.limits.message_bytes
        self._door = SocketDoor(
            given_path(settings.socket_path, settings.tls),
            self._session,
            message_bytes,
            LaneService(holdings.uploads, holdings.downloads, message_bytes),
            LogService(logs),
            None if settings.tls is None else _begin_tls(settings, settings.tls),
            lambda: self._control.report("hung_up"),
            PortService(settings.forwards),
        )
        secret = bytes.fromhex(settings.secret_hex)
        self._local = LocalDoor(
            settings.socket_path, settings.session_id, secret, self._door.begin, settings.limits.handshake_s
        )

    def _terminate(self) -> None:
        """End, unless the signal came to the gateway too, which then has this driver drained."""

        def end() -> None:
            if not self._is_draining.wait(_ORDER_S):
                self._ends.put("terminated")

        threads.Thread("terminate", end).start()

    def _obey(self, order: dict[str, Any]) -> None:
        if order.get("do") == "end":
            self._ends.put(str(order.get("reason") or "closed"))
        elif order.get("do") == "drain":
            self._is_draining.set()
            within_s = float(order.get("within_s") or 0.0)
            threads.Thread("drain", self._drain, within_s).start()

    def _drain(self, within_s: float) -> None:
        self._session.wait_until_idle(within_s)
        self._ends.put("the server is shutting down")

    def _wait_for_end(self) -> str:
        """Wait until something ends the session; give the reason."""
        drop_memory_at = time.monotonic() + _IDLE_MEMORY_S
        while True:
            if self._holdings.library.is_busy:  # and what comes of it is there for a whole lease
                self._session.renew_lease()
            left_s = self._session.silent_left_s()
            if left_s is not None and left_s <= 0:
                return "lease expired"
            try:
                return self._ends.get(timeout=_LOOK_S if left_s is None else min(max(left_s, _QUICK_S), _LOOK_S))
            except queue.Empty:
                if time.monotonic() >= drop_memory_at:
                    self._holdings.uploads.drop_idle_memory()
                    if left_s is None:  # a client that is away may yet go on with what it has begun
                        self._holdings.uploads.drop_stale(_IDLE_MEMORY_S)
                    drop_memory_at = time.monotonic() + _IDLE_MEMORY_S

    def _end(self, reason: str) -> None:
        """Let go of everything, within bounds: whatever hangs here dies with the process."""
        bound = threading.Timer(self._settings.limits.driver_end_s, os._exit, args=(1,))
        bound.daemon = True
        bound.start()
        log.info("driver.ending reason=%s", reason)
        self._session.end(reason)
        self._local.close()
        self._door.close()
        self._holdings.close()
        ray_port.leave()
        self._control.report("ended", reason=reason)
        self._control.close()


def _begin_tls(settings: DriverSettings, paths: TlsSettings) -> BeginTls:
    """Give what begins TLS on a connection. It reads the files each time: certificates are renewed."""
    secret = bytes.fromhex(settings.secret_hex)

    def begin(connection: socket.socket, first: bytes) -> tls.TlsSocket:
        context = tls.server_context(paths.certificate_path, paths.key_path, paths.client_ca_path)
        return tls.accept(connection, context, secret, first, settings.limits.handshake_s)

    return begin


def _take_output(log_path: str) -> None:
    """Let everything that this process prints go to the driver's own log file."""
    descriptor = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _enter_environment(settings: DriverSettings) -> None:
    """Make this process what the session's runtime environment says, so that the user's packages are found."""
    environment = settings.runtime_env.get("env_vars") or {}
    os.environ.update({str(name): str(value) for name, value in environment.items()} | _PACKED_AS_IT_IS)
    if "TZ" in environment:
        time.tzset()
    sys.path[:0] = settings.python_paths
    sys.path += (settings.job_config.get("arguments") or {}).get("code_search_path", ())
    if settings.working_dir:
        os.chdir(settings.working_dir)
        sys.path.insert(0, settings.working_dir)
    importlib.invalidate_caches()


def _failure_code(error: BaseException) -> str:
    if "RuntimeEnv" in type(error).__name__ or isinstance(error, OperationError):
        return "RUNTIME_ENV_FAILED"
    return "CLUSTER_UNREACHABLE" if isinstance(error, ConnectionError) else "DRIVER_FAILED"
