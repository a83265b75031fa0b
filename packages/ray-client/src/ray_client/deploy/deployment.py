"""Deploying a server as a job of the cluster, asking after it, and ending it."""

from __future__ import annotations

import dataclasses
import math
import re
import secrets
import shlex
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ray_client.deploy import JOB_NAME, known
from ray_client.deploy.bundle import Bundle, bundle
from ray_client.deploy.dashboard import Dashboard, Job
from ray_client.deploy.server_job import (
    ARCHIVE,
    DRAIN_S,
    OPTIONS,
    POLL_S,
    PORT,
    RELEASE,
    RUN,
    SCHEME,
    TOKEN_HASH,
    Deployed,
    Say,
    describe,
    facts_of,
    last_lines,
    log_of,
    until_ready,
)
from ray_client.errors import DeployError, NotDeployedError
from ray_client_proto.wire.authentication import TokenHash
from ray_client_proto.wire.limits import DEFAULT_PORT

MIN_RAY: Final = (2, 40)  #: what ray-client-server depends on
_FIRST_RELEASE: Final = (0, 3)  #: of those that know `--token-hash`
#: What a server gives running calls when it is told to end, unless `--drain-s` says otherwise.
_DRAIN_S: Final = 30.0
#: What it may need after that for its drivers. Ray kills a job that takes longer than it was told, in whole seconds.
_END_S: Final = 15
_MIN_TOKEN_CHARACTERS: Final = 16
#: Ray itself looks after a job once a second. Before it has seen the end, it would take a deleted job, or a new one of
#: the same name, for one whose process has died.
_SETTLE_S: Final = 2.5
#: On a fraction of the head, which has this resource, and on no CPU.
_ON_HEAD: Final = {"node:__internal_head__": 0.001}


@dataclass(frozen=True, kw_only=True)
class DeployOptions:
    """What `deploy` was asked for."""

    port: int = DEFAULT_PORT
    host: str = "0.0.0.0"
    name: str = JOB_NAME  #: of the job
    wait_s: float = 120.0  #: for the server to be ready
    token: str | None = field(default=None, repr=False)  #: None: the one that is known here, or a new one
    replace: bool = False  #: what runs there, also if it is the same
    server_options: tuple[str, ...] = ()  #: further ones of `ray-client-server start`
    wheels: Path | None = None  #: of the server and the protocol, in the place of those here


def deploy(dashboard: Dashboard, options: DeployOptions, say: Say) -> Deployed:
    """Bring a server onto the cluster, or find that it is there; what is done is said as it is done.

    Interrupted, it ends what it has started.

    Raises:
        DeployError: it is not there, or not ready; the subclass says why.
    """
    version = _supported(dashboard)
    say(f"Ray {version} at {dashboard.url}")
    archive = _archive(dashboard.url, options)
    job = _own(dashboard, options.name)
    known_here = known.recall(dashboard.url)
    if job is not None and not job.is_ended:
        if not options.replace and (there := _same(dashboard.url, job, archive, options, known_here)):
            say(there)
            return until_ready(dashboard, job, options.wait_s, say)
        say(f"ending the server of release {job.metadata[RELEASE]}; running calls may take {_drain_s(job):g} s")
        end(dashboard, job, say)
    elif job is not None:
        _forget(dashboard, job.name)
    return _start(dashboard, options, archive, version, say)


def status(dashboard: Dashboard, name: str = JOB_NAME, reads_log: bool = True) -> Deployed:
    """Give the server that was deployed; only its log, which may be long, tells whether it is ready.

    Raises:
        NotDeployedError: there is none.
        DashboardError: there is no dashboard to ask.
    """
    job = _own(dashboard, name)
    if job is None or job.is_ended:
        raise not_deployed(dashboard.url, job)
    return describe(dashboard, job, reads_log)


def undeploy(dashboard: Dashboard, say: Say, name: str = JOB_NAME, drain_s: float | None = None) -> None:
    """End the server that was deployed, and forget its token here.

    Raises:
        NotDeployedError: there is none.
        DeployError: it does not end.
    """
    job = _own(dashboard, name)
    before = known.recall(dashboard.url)
    if before is not None and before.name == name:
        known.forget(dashboard.url)
    if job is None or job.is_ended:
        raise not_deployed(dashboard.url, job)
    say(f"ending the server of release {job.metadata[RELEASE]}; running calls may take {_drain_s(job, drain_s):g} s")
    end(dashboard, job, say, drain_s)


def not_deployed(url: str, job: Job | None) -> NotDeployedError:
    """Give the error that says that no server of ours runs there, and how to change that."""
    what = "no server of ours runs on this cluster"
    if job is not None:
        what = f"the server that was deployed there has ended ({job.status.lower()})"
        if job.message:
            what += f": {last_lines(job.message)}"
    elif known.recall(url) is not None:
        what += " any more: it was restarted, or somebody has ended the server"
    return NotDeployedError(url, what, f"`ray-client deploy {url}` brings one, and so does init(..., deploy=True)")


def end(dashboard: Dashboard, job: Job, say: Say, drain_s: float | None = None) -> None:
    """End a server's job: running calls have time to finish, but no longer than `drain_s`; then forget the job.

    Raises:
        DeployError: it does not end.
    """
    pid = facts_of(log_of(dashboard, job)).get("pid")
    dashboard.stop(job.name)
    patience = time.monotonic() + _drain_s(job) + 2 * _END_S
    urge = time.monotonic() + (_drain_s(job) + _END_S if drain_s is None else drain_s)
    while (found := dashboard.job(job.name)) is not None and not found.is_ended:
        if pid is not None and time.monotonic() > urge:
            say("calls are still running; ending it at once")
            _signal_again(dashboard, pid)
            pid = None
        if time.monotonic() > patience:
            raise DeployError(dashboard.url, f"the job {job.name!r} does not end", "the cluster's dashboard says more")
        time.sleep(POLL_S)
    _forget(dashboard, job.name)


def _forget(dashboard: Dashboard, name: str) -> None:
    """Have the cluster forget a job that has ended."""
    time.sleep(_SETTLE_S)
    dashboard.delete(name)


def _drain_s(job: Job, wanted_s: float | None = None) -> float:
    """Give how long running calls may take: as long as it is wanted, and no longer than the server gives them."""
    given_s = float(job.metadata.get(DRAIN_S, _DRAIN_S))
    return given_s if wanted_s is None else min(given_s, wanted_s)


def _signal_again(dashboard: Dashboard, pid: int) -> None:
    """Have a second SIGTERM end the gateway at once: of a job, Ray sends the first one only."""
    name = f"{JOB_NAME}-end-{secrets.token_hex(4)}"
    command = f"grep -q ray_client_server /proc/{pid}/cmdline && kill -TERM {pid}"
    dashboard.submit(
        {"entrypoint": command, "submission_id": name, "entrypoint_num_cpus": 0, "entrypoint_resources": _ON_HEAD}
    )
    patience = time.monotonic() + _END_S
    while (found := dashboard.job(name)) is not None and not found.is_ended and time.monotonic() < patience:
        time.sleep(POLL_S)
    _forget(dashboard, name)


def _archive(url: str, options: DeployOptions) -> Bundle:
    """Give what is to travel.

    Raises:
        DeployError: there is no server here, or one that cannot be deployed.
    """
    try:
        archive = bundle(options.wheels)
    except FileNotFoundError as error:
        raise DeployError(url, str(error), "then deploy again") from None
    if tuple(int(number) for number in re.findall(r"\d+", archive.release)[:2]) < _FIRST_RELEASE:
        first = ".".join(map(str, _FIRST_RELEASE))
        raise DeployError(url, f"ray-client-server {archive.release} knows no --token-hash", f"bring {first} or later")
    return archive


def _supported(dashboard: Dashboard) -> str:
    """Give the version of the cluster's Ray.

    Raises:
        DeployError: it is older than the server can do with.
    """
    version = dashboard.ray_version()
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if numbers and numbers < MIN_RAY and not version.startswith("3.0.0.dev"):
        least = ".".join(map(str, MIN_RAY))
        raise DeployError(dashboard.url, f"the cluster has Ray {version}", f"the server needs Ray {least} or later")
    return version


def _own(dashboard: Dashboard, name: str) -> Job | None:
    """Give the job of this name, if it is one of ours.

    Raises:
        DeployError: it is somebody else's.
    """
    job = dashboard.job(name)
    if job is not None and RELEASE not in job.metadata and not job.is_remnant:
        what = f"the name {name!r} is that of a job which is no server of ours"
        raise DeployError(dashboard.url, what, "choose another with --name")
    return job


def _same(url: str, job: Job, archive: Bundle, options: DeployOptions, known_here: known.KnownCluster | None) -> str:
    """Say that what runs is what is wanted; empty if it is another release.

    Raises:
        DeployError: it is the same release, and we do not know its token, or want other options.
    """
    if job.metadata.get(ARCHIVE) != archive.name:
        return ""
    there = f"release {archive.release} is already there"
    token = options.token or (known_here.token if known_here else None)
    if token is None or not TokenHash.parse(job.metadata[TOKEN_HASH]).is_of(token):
        raise DeployError(
            url,
            f"{there}, and {'its token is not known here' if token is None else 'it has another token'}",
            "give the token of whoever deployed it with --token-file, or take its place with --replace",
        )
    if job.metadata.get(OPTIONS) != _options_text(options):
        raise DeployError(
            url, f"{there}, with the options {job.metadata.get(OPTIONS)}", "say --replace to give it other ones"
        )
    return there


def _options_text(options: DeployOptions) -> str:
    return shlex.join(["--host", options.host, "--port", str(options.port), *options.server_options])


def _start(dashboard: Dashboard, options: DeployOptions, archive: Bundle, version: str, say: Say) -> Deployed:
    if not dashboard.has_package(archive.name):
        what = ", ".join(f"{name} {number}" for name, number in archive.versions.items())
        say(f"uploading {len(archive.data) / 1024:.0f} KiB: {what}")
        dashboard.upload(archive.name, archive.data)
    before = known.recall(dashboard.url)
    token, token_hash = _token(dashboard.url, options, before)
    is_tls = _option(options, ("--tls-cert",)) is not None
    metadata = {
        RELEASE: archive.release,
        ARCHIVE: archive.name,
        OPTIONS: _options_text(options),
        TOKEN_HASH: str(token_hash),
        PORT: str(options.port),
        SCHEME: "rays" if is_tls else "ray",
        DRAIN_S: _option(options, ("--drain-s", "--limit-drain-s")) or f"{_DRAIN_S:g}",
        RUN: secrets.token_hex(8),
    }
    arguments = [*("--address", "auto"), *shlex.split(metadata[OPTIONS]), "--token-hash", metadata[TOKEN_HASH]]
    request = {
        "submission_id": options.name,
        "entrypoint": shlex.join(["exec", "sh", "start.sh", metadata[RUN], version, *arguments]),
        "entrypoint_num_cpus": 0,
        "entrypoint_resources": _ON_HEAD,
        "runtime_env": {
            "working_dir": f"gcs://{archive.name}",
            "env_vars": {"RAY_JOB_STOP_WAIT_TIME_S": str(_stop_wait_s(metadata[DRAIN_S]))},
        },
        "metadata": metadata,
    }
    try:
        # Kept first: a server whose token nobody has is of no use.
        known.remember(_known(dashboard, token, options))
        say(f"starting it as the job {options.name!r}")
        dashboard.submit(request)
        job = dashboard.job(options.name)
        if job is None:
            raise DeployError(dashboard.url, "the job was taken, and is not there", "the cluster's dashboard says more")
        deployed = until_ready(dashboard, job, options.wait_s, say)
    except BaseException:
        _undo(dashboard, options.name, before)
        raise
    known.remember(_known(dashboard, token, options, deployed.addresses))
    return dataclasses.replace(deployed, is_new=True)


def _known(
    dashboard: Dashboard, token: str, options: DeployOptions, addresses: tuple[str, ...] = ()
) -> known.KnownCluster:
    return known.KnownCluster(dashboard.url, token, addresses, dashboard.given_headers, options.name)


def _option(options: DeployOptions, names: tuple[str, ...]) -> str | None:
    """Give the value of one of the server's further options; None where it is not given."""
    given = options.server_options
    for place, option in enumerate(given):
        name, equals, value = option.partition("=")
        if name in names:
            return value if equals else "".join(given[place + 1 : place + 2])
    return None


def _stop_wait_s(drain_s: str) -> int:
    try:
        return math.ceil(float(drain_s)) + _END_S
    except (ValueError, OverflowError):
        return math.ceil(_DRAIN_S) + _END_S  # the server itself refuses it, and says why


def _undo(dashboard: Dashboard, name: str, before: known.KnownCluster | None) -> None:
    """Leave neither a job nor a token of a deployment that has failed, as far as that can be done."""
    known.forget(dashboard.url) if before is None else known.remember(before)
    begun = time.monotonic()
    try:
        while dashboard.job(name) is None:
            if time.monotonic() > begun + _SETTLE_S:  # until then it may have been taken, and not be there yet
                return
            time.sleep(POLL_S)
        dashboard.stop(name)
        while (job := dashboard.job(name)) is not None and not job.is_ended and time.monotonic() < begun + 2 * _END_S:
            time.sleep(POLL_S)
        _forget(dashboard, name)
    except DeployError:
        return  # what went wrong before counts


def _token(url: str, options: DeployOptions, before: known.KnownCluster | None) -> tuple[str, TokenHash]:
    """Give the token for a new server, and its hash: with a salt, if a person chose it."""
    if options.token is not None:
        if len(options.token) < _MIN_TOKEN_CHARACTERS:
            raise DeployError(
                url,
                f"the token has {len(options.token)} characters, and needs {_MIN_TOKEN_CHARACTERS} or more",
                "leave it out, and one is made",
            )
        return options.token, TokenHash.of(options.token, secrets.token_bytes(16))
    token = before.token if before is not None else secrets.token_urlsafe(32)
    return token, TokenHash.of(token, b"" if before is None else secrets.token_bytes(16))
