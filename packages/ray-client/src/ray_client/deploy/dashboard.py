"""The documented REST interface of a cluster's dashboard: jobs, and packages for them.

It is that of https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html, and what Ray's own
`JobSubmissionClient` calls. Tried with Ray 2.40 to 2.60.
"""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit

from ray_client.config import env
from ray_client.errors import AddressError, DashboardError, DeployError

ANSWER_TIMEOUT_S: Final = 30.0  #: for a call; Ray's own agents take some seconds for the first one
_SHOWN_CHARS: Final = 300
_JSON: Final = {"Content-Type": "application/json"}
_HTTP_OK: Final = 200
_UNAUTHORIZED: Final = (401, 403)
_NOT_FOUND: Final = 404
_NO_ENTRYPOINT: Final = "Entrypoint not found."  #: what Ray 2.40 to 2.60 write for want of one
_ENDED: Final = frozenset(("STOPPED", "SUCCEEDED", "FAILED"))


@dataclass(frozen=True)
class Job:
    """A job as the dashboard describes it."""

    name: str
    status: str
    message: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    node_ip: str | None = None  #: where its entrypoint runs
    started_ms: int = 0
    is_remnant: bool = False  #: deleted, and written anew by Ray's own watch of the job, without what was known of it

    @property
    def is_ended(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.status in _ENDED


def normal_url(text: str) -> str:
    """Give the address of a dashboard in the one way in which it is kept.

    Raises:
        AddressError: it is none.

    >>> normal_url("HTTP://Head:8265/prefix/")
    'http://head:8265/prefix'
    """
    try:
        parts = urlsplit(text.strip())
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError as error:
        raise AddressError(text, str(error)) from None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise AddressError(text, "a dashboard's address is http://host:8265 or https://host/prefix")
    if parts.query or parts.fragment or parts.username:
        raise AddressError(text, "a dashboard's address has no query, fragment or user name; see --header")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme.lower()}://{host}{port}{parts.path.rstrip('/')}"


class Dashboard:
    """One cluster's dashboard. Ray's own token is sent along as Ray's tools do, and so are the headers of a proxy."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, ca_path: str | None = None) -> None:
        """Make no connection yet.

        Args:
            url: `http://head:8265`, or `https://...`, with a path prefix if a proxy gives it one.
            headers: sent with each call, beside those in `RAY_JOB_HEADERS`.
            ca_path: PEM file with who may sign its certificate; None: the system's authorities.

        Raises:
            AddressError: the address is none of a dashboard.
            DeployError: a file that was named cannot be read, or RAY_JOB_HEADERS makes no sense.
        """
        self.url = normal_url(url)
        self.given_headers = dict(headers or {})
        self._headers = _headers(self.url, self.given_headers)
        try:
            context = ssl.create_default_context(cafile=ca_path)
        except OSError as error:
            raise DeployError(
                self.url, f"cannot read the authorities in {ca_path} ({error})", "correct the path"
            ) from None
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirects)

    def ray_version(self) -> str:
        """Give the version of the cluster's Ray.

        Raises:
            DashboardError: there is no dashboard, or it does not let us in.
        """
        answer = self._ask("GET", "/api/version", timeout_s=10.0)
        version = _parsed(answer).get("ray_version")
        if not isinstance(version, str):
            shown = answer.decode("utf-8", "replace").strip()[:_SHOWN_CHARS]
            raise DashboardError(
                self.url,
                f"what answers is not a Ray dashboard: {shown!r}",
                "check the address; a login page needs --header",
            )
        return version

    def has_package(self, name: str) -> bool:
        """Tell whether the cluster has a package; it then keeps it for the next minutes."""
        return self._ask("GET", f"/api/packages/gcs/{quote(name)}", may_lack=True) is not None

    def upload(self, name: str, data: bytes) -> None:
        """Bring a package.

        Raises:
            DeployError: the cluster has no room for it.
        """
        self._ask("PUT", f"/api/packages/gcs/{quote(name)}", data, {"Content-Type": "application/octet-stream"})

    def submit(self, request: Mapping[str, Any]) -> None:
        """Start a job.

        Raises:
            DeployError: the cluster refuses it.
            DashboardError: it takes no jobs.
        """
        if self._ask("POST", "/api/jobs/", json.dumps(request).encode(), _JSON, may_lack=True) is None:
            raise self._without_jobs()

    def job(self, name: str) -> Job | None:
        """Give a job, or None where there is none of this name.

        Raises:
            DashboardError: the dashboard knows nothing of jobs.
        """
        answer = self._ask("GET", f"/api/jobs/{quote(name)}", may_lack=True)
        if answer is None:
            if self._ask("GET", "/api/jobs/", may_lack=True) is None:
                raise self._without_jobs()
            return None
        found = _parsed(answer)
        agent = urlsplit(found.get("driver_agent_http_address") or "")
        return Job(
            name,
            str(found.get("status")),
            str(found.get("message") or ""),
            found.get("metadata") or {},
            agent.hostname,
            int(found.get("start_time") or 0),
            found.get("entrypoint") == _NO_ENTRYPOINT,
        )

    def logs(self, name: str) -> str:
        """Give what a job has printed so far; empty where nothing can be had, as before its node has begun with it."""
        try:
            answer = self._ask("GET", f"/api/jobs/{quote(name)}/logs", may_lack=True)
        except DashboardError:
            raise
        except DeployError:
            return ""  # the node's agent does not know the job yet
        return "" if answer is None else str(_parsed(answer).get("logs") or "")

    def stop(self, name: str) -> None:
        """Ask a job to end; it has what `RAY_JOB_STOP_WAIT_TIME_S` of its environment says before it is killed."""
        self._ask("POST", f"/api/jobs/{quote(name)}/stop", b"", may_lack=True)

    def delete(self, name: str) -> None:
        """Have the cluster forget a job that has ended."""
        self._ask("DELETE", f"/api/jobs/{quote(name)}", may_lack=True)

    def _without_jobs(self) -> DashboardError:
        return DashboardError(
            self.url,
            "this dashboard takes no jobs",
            "a cluster that was installed without `ray[default]` takes none: install that, or run "
            "`ray-client-server start` there",
        )

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        may_lack: bool = False,
        timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> Any:
        """Give the body of the answer; None for 404 where it may lack what was asked for.

        Raises:
            DashboardError: nobody answers, or we are not let in.
            DeployError: it could not do what was asked.
        """
        request = urllib.request.Request(self.url + path, body, {**self._headers, **(headers or {})}, method=method)
        try:
            with self._opener.open(request, timeout=timeout_s) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            with error:
                if error.code == _NOT_FOUND and may_lack:
                    return None
                raise _refusal(self.url, error, method, path) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise DashboardError(
                self.url,
                f"no dashboard answers ({reason})",
                "check the address, 8265 is a dashboard's usual port; where only the cluster can reach it, forward it: "
                "`kubectl port-forward svc/NAME-head-svc 8265` or `ssh -L 8265:localhost:8265 HEAD`",
            ) from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """What is sent, tokens among it, is for the address that the user gave and for no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _headers(url: str, given: Mapping[str, str]) -> dict[str, str]:
    try:
        headers = {**env.job_headers(), **given}
    except ValueError as error:
        raise DeployError(
            url, f"RAY_JOB_HEADERS makes no sense ({error})", "write it as a JSON object of texts"
        ) from None
    token = env.ray_token()
    if token is not None:
        is_taken = any(name.lower() == "authorization" for name in headers)  # by a proxy, which Ray expects
        headers["X-Ray-Authorization" if is_taken else "Authorization"] = f"Bearer {token}"
    return headers


def _refusal(url: str, error: urllib.error.HTTPError, method: str, path: str) -> DeployError:
    text = error.read(64 << 10).decode("utf-8", "replace").strip()
    if error.code in _UNAUTHORIZED:
        return DashboardError(
            url,
            f"the dashboard lets nobody in without the right credentials ({error.code}: {text[:_SHOWN_CHARS]})",
            "set RAY_AUTH_TOKEN to the cluster's token, or give what a proxy wants with --header 'Authorization=...'",
        )
    if 300 <= error.code < 400:
        where = error.headers.get("Location", "elsewhere")
        return DashboardError(
            url, f"it redirects to {where}", "give that address, or what a proxy wants to know with --header"
        )
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "")
    return DeployError(
        url,
        f"{method} {path} failed with {error.code}: {last[:_SHOWN_CHARS] or error.reason}",
        "the cluster's logs/dashboard.log says more",
    )


def _parsed(answer: bytes) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
