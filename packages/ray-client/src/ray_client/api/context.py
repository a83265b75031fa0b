"""A session as an object: what `init` and `connect` return."""

from __future__ import annotations

import functools
import html
import logging
from collections.abc import ItemsView, Iterable, Iterator, KeysView, ValuesView
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

from ray_client.api.cluster import query_in
from ray_client.api.functions import SessionFunctions
from ray_client.handles import current
from ray_client.tracebacks import shorten_all

if TYPE_CHECKING:
    from ray_client.api.assembly import Connection

_LOG_SOURCES = ("worker_stdout", "worker_stderr", "driver")


class ClientContext(SessionFunctions):
    """An open session: the functions of Ray as methods, and facts of the connection.

    In a `with` block the module-level functions of this thread, or of this asyncio task, use this
    session, and leaving the block closes it; `async with` does the same without blocking the loop.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.session)
        self._connection = connection
        self._uses: list[Any] = []

    @property
    def session_id(self) -> str:
        return self._connection.session.id

    @property
    def namespace(self) -> str:
        return str(self._connection.session.opened.namespace)

    @property
    def dashboard_url(self) -> str | None:
        return str(self._connection.session.opened.dashboard_url) or None

    @property
    def python_version(self) -> str:
        return str(self._connection.session.opened.server.python_version)

    @property
    def ray_version(self) -> str:
        return str(self._connection.session.opened.server.ray_version)

    @property
    def server_version(self) -> str:
        """The version of ray-client-server on the cluster."""
        return str(self._connection.session.opened.server.version)

    @property
    def ray_commit(self) -> str:
        """The commit that the cluster's Ray was built from; `unknown` where an older server does not say."""
        return str(self._driver_facts.get("ray_commit", "unknown"))

    @functools.cached_property
    def _driver_facts(self) -> dict[str, Any]:
        return dict(query_in(self._connection.session, "runtime_context"))

    @functools.cached_property
    def address_info(self) -> dict[str, Any]:
        """Facts of the connection by name, as Ray's context has them; the sockets are those of the driver's node.

        The first time the cluster is asked for them.

        Raises:
            SessionError: the session has ended before.
        """
        opened = self._connection.session.opened
        facts = self._driver_facts
        nodes = query_in(self._connection.session, "nodes")
        node: dict[str, Any] = next((node for node in nodes if node["NodeID"] == opened.node_id), {})
        socket = node.get("ObjectStoreSocketName")
        # The runtime context of an older Ray does not tell its directory.
        session_dir = f"{facts['temp_dir']}/{facts['session_name']}" if "temp_dir" in facts else None
        session_dir = session_dir or (socket and socket.rsplit("/", 2)[0])
        return {
            "node_ip_address": node.get("NodeManagerAddress"),
            "redis_address": None,
            "object_store_address": socket,
            "raylet_socket_name": node.get("RayletSocketName"),
            "webui_url": opened.dashboard_url,
            "session_dir": session_dir,
            "metrics_export_port": node.get("MetricsExportPort"),
            "gcs_address": opened.server.cluster_address,
            "address": str(self._connection.settings.address),
            "dashboard_agent_listen_port": node.get("DashboardAgentListenPort"),
            "node_id": opened.node_id,
            "job_id": opened.job_id,
        }

    def environment_diff(self) -> dict[str, tuple[str | None, str | None]]:
        """Give the versions here and on the cluster, by name, of what differs; None: it is not there.

        It compares Python and packages that values are often made of: cloudpickle, numpy, pandas, pyarrow, torch.
        """
        from ray_client.api.differences import differences  # loads protobuf

        return {found.name: (found.here, found.there) for found in differences(self._connection.session.opened.server)}

    def __reduce__(self) -> NoReturn:
        raise TypeError("a session belongs to the process that opened it; in a task, use the functions of `ray` itself")

    def __getitem__(self, key: str) -> Any:
        return self.address_info[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.address_info)

    def __len__(self) -> int:
        return len(self.address_info)

    def __contains__(self, key: object) -> bool:
        return key in self.address_info

    def __bool__(self) -> bool:
        return True  # without asking the cluster

    def keys(self) -> KeysView[str]:
        """Give the names in `address_info`."""
        return self.address_info.keys()

    def values(self) -> ValuesView[Any]:
        """Give the values in `address_info`."""
        return self.address_info.values()

    def items(self) -> ItemsView[str, Any]:
        """Give the names and values in `address_info`."""
        return self.address_info.items()

    @property
    def is_connected(self) -> bool:
        return self._connection.session.is_open

    def configure_logs(self, enabled: bool = True, sources: Iterable[str] = (), level: int = logging.INFO) -> None:
        """Say which of the cluster's output is wanted from now on.

        A session that was opened with `log_to_driver=False` gets nothing of its workers' output whatever is said here.

        Args:
            enabled: false: nothing.
            sources: of `worker_stdout`, `worker_stderr` and `driver`; none: all.
            level: the lowest level of the driver's log records.

        Raises:
            ValueError: a source is unknown.
            ServerTooOldError: the server has no logs channel.
        """
        self._connection.session.peer.require("logs", "send the output of workers")
        from ray_client_proto.v1.log_pb2 import LogSource  # loads protobuf

        unknown = [source for source in sources if source not in _LOG_SOURCES]
        if unknown:
            raise ValueError(f"unknown sources {unknown}; there are {', '.join(_LOG_SOURCES)}")
        wanted: list[Any] = [LogSource.Value(source.upper()) for source in sources]
        self._connection.logs.configure(enabled, wanted, level)

    def close(self, linger_s: float = 0.0) -> None:
        """End the session, after everything that was asked of it before; may be repeated.

        Args:
            linger_s: wait this long first, for output of workers that is still on its way.
        """
        if current.find_default() is self._connection.session:
            current.set_default(None)
        self._connection.close(linger_s)

    #: Ray's name for the same.
    disconnect = close

    async def aclose(self) -> None:
        """Do `close` without blocking the running loop."""
        import asyncio  # 40 ms that only those pay who use it

        await asyncio.to_thread(self.close)

    def __enter__(self) -> ClientContext:
        use = current.use(self._connection.session)
        use.__enter__()
        self._uses.append(use)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._uses.pop().__exit__(None, None, None)
        self.close()

    async def __aenter__(self) -> ClientContext:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._uses.pop().__exit__(None, None, None)
        await self.aclose()

    def _rows(self) -> list[tuple[str, str]]:
        state = "open" if self.is_connected else "closed"
        return [
            ("Session", f"{self.session_id} ({state})"),
            ("Gateway", str(self._connection.settings.address)),
            ("Namespace", self.namespace),
            ("Ray on the cluster", self.ray_version),
            ("Python on the cluster", self.python_version),
            ("Dashboard", self.dashboard_url or "none"),
        ]

    def __repr__(self) -> str:
        return "ClientContext(" + ", ".join(f"{name}: {value}" for name, value in self._rows()) + ")"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
            for name, value in self._rows()
        )
        return f"<table>{rows}</table>"


shorten_all(globals())
