"""A server as the job that it is: what its metadata and its output tell."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from ray_client.deploy.dashboard import Dashboard, Job
from ray_client.deploy.launch import FACTS
from ray_client.errors import DeployError
from ray_client_proto.wire.limits import DEFAULT_PORT

#: A job's metadata: whose it is, and what others need to know of it.
RELEASE, ARCHIVE, OPTIONS, TOKEN_HASH, PORT, SCHEME, DRAIN_S, RUN = (
    f"ray_client_{name}" for name in ("release", "archive", "options", "token_hash", "port", "scheme", "drain_s", "run")
)
_READY: Final = re.compile(r"ray-client-server ready: \S+ \((.*)\)")
POLL_S: Final = 0.3  #: between two questions: the REST interface has no event to wait for
_SHOWN_LINES: Final = 12

Say = Callable[[str], None]


@dataclass(frozen=True)
class Deployed:
    """A server that runs on a cluster."""

    dashboard: str
    name: str  #: of its job
    release: str
    addresses: tuple[str, ...]  #: where it may be reached, the likeliest first
    is_ready: bool
    about: str = ""  #: what it said when it was ready
    facts: Mapping[str, Any] = field(default_factory=dict)  #: `python`, `python_version`, `host`, `pid`
    is_new: bool = False  #: whether this call has brought it
    started_ms: int = 0


def until_ready(dashboard: Dashboard, job: Job | None, wait_s: float, say: Say) -> Deployed:
    """Wait until a server is ready, and give it.

    Raises:
        DeployError: it has ended, or takes too long.
    """
    deadline, is_told = time.monotonic() + wait_s, False
    while True:
        assert job is not None
        found = describe(dashboard, job)
        if found.is_ready:
            return found
        if job.is_ended:
            raise DeployError(dashboard.url, f"the server has ended: {_ending(dashboard, job)}", _advice(job))
        if found.facts and not is_told:
            is_told = True
            say(f"runs with {found.facts['python']} (Python {found.facts['python_version']}) on {found.facts['host']}")
        if time.monotonic() > deadline:
            raise DeployError(
                dashboard.url,
                f"the server was not ready within {wait_s:g} s (its job is {job.status}): {_ending(dashboard, job)}",
                "allow more with --wait-s",
            )
        time.sleep(POLL_S)
        job = dashboard.job(job.name)
        if job is None:
            raise DeployError(dashboard.url, "somebody has deleted the server's job", "deploy again")


def describe(dashboard: Dashboard, job: Job, reads_log: bool = True) -> Deployed:
    """Give what a server's job is; only its log, which may be long, tells whether it is ready."""
    log = log_of(dashboard, job) if reads_log else ""
    ready = _READY.search(log)
    scheme, port = job.metadata.get(SCHEME, "ray"), job.metadata.get(PORT, str(DEFAULT_PORT))
    hosts = dict.fromkeys(filter(None, (urlsplit(dashboard.url).hostname, job.node_ip, "localhost")))
    return Deployed(
        dashboard.url,
        job.name,
        job.metadata.get(RELEASE, ""),
        tuple(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}" for host in hosts),
        ready is not None and not job.is_ended,
        ready[1] if ready else "",
        facts_of(log),
        started_ms=job.started_ms,
    )


def log_of(dashboard: Dashboard, job: Job) -> str:
    """Give what a server has printed, and its launcher: jobs of the same name share a log, one after the other."""
    _, begin, log = dashboard.logs(job.name).rpartition(f"ray-client deploy: run {job.metadata.get(RUN)}\n")
    return log if begin else ""


def facts_of(log: str) -> dict[str, Any]:
    """Give what the launcher printed of the process; nothing if it has not come to that."""
    for line in log.splitlines():
        if line.startswith(FACTS):
            found: dict[str, Any] = json.loads(line[len(FACTS) :])
            return found
    return {}


def _ending(dashboard: Dashboard, job: Job) -> str:
    return last_lines(log_of(dashboard, job) or job.message) or "it has printed nothing"


def last_lines(text: str) -> str:
    """Give the end of a log without what Ray itself says of it, one line or several below each other."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("Running entrypoint for job")]
    last = [line for line in lines if not line.startswith(FACTS)][-_SHOWN_LINES:]
    return "\n  ".join(["", *last]) if len(last) > 1 else "".join(last)


def _advice(job: Job) -> str:
    if "is the port taken" in job.message:
        return "choose another port with --port"
    return "the end of its log is above; see what it says"
