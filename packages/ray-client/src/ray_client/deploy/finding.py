"""From the address of a dashboard to that of the server which was deployed there."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable
from contextlib import closing
from urllib.parse import urlsplit

from ray_client.config.address import Address, parse_address
from ray_client.config.settings import TlsSettings
from ray_client.deploy import JOB_NAME, known
from ray_client.deploy.dashboard import Dashboard, normal_url
from ray_client.deploy.deployment import DeployOptions, deploy, status
from ray_client.deploy.server_job import Deployed, until_ready
from ray_client.errors import AuthenticationError, ConnectError, NotDeployedError
from ray_client.transport.channel import open_channel
from ray_client.transport.gateway import GatewayClient
from ray_client.transport.probe import reach

log = logging.getLogger("ray_client")

REACH_S = 2.0  #: for a connection to one of several addresses
ANSWER_S = 5.0  #: for a server's answer there
START_S = 120.0  #: for one that is starting


def find(
    url: str, token: str | None = None, tls: TlsSettings | None = None, is_deploying: bool = False
) -> tuple[Address, str]:
    """Give the address and the token of the server that was deployed on the cluster with this dashboard.

    Args:
        url: of the dashboard.
        token: of the server; None: the one that is known here.
        tls: how to speak TLS, with the dashboard as with the server.
        is_deploying: bring a server there where none is.

    Raises:
        NotDeployedError: there is none, or none that can be reached from here.
        DashboardError: there is no dashboard to ask.
        DeployError: it could not be brought there.
        AuthenticationError: it has another token.
    """
    url = normal_url(url)
    known_here = known.recall(url)
    if known_here is not None and known_here.addresses:
        # Where it was the last time: then nobody else has to be asked.
        last = _reachable(known_here.addresses[:1], token or known_here.token, tls)
        if isinstance(last, Address):
            return last, token or known_here.token
    dashboard = Dashboard(url, known_here.headers if known_here else None, tls.ca_path if tls else None)
    name = known_here.name if known_here else JOB_NAME
    try:
        there = status(dashboard, name, reads_log=False)
    except NotDeployedError:
        if not is_deploying:
            raise
        there = _bring(dashboard, name, token)
    kept = known.recall(url)
    right = token or (kept.token if kept is not None else None)
    if right is None:
        raise AuthenticationError("it was deployed by somebody else, and its token is not known here", False)
    found = _reachable(there.addresses, right, tls)
    if found is None and (job := dashboard.job(name)) is not None:
        # It may be starting still, which only its log tells; and where it runs.
        there = until_ready(dashboard, job, START_S, _log)
        found = _reachable(there.addresses, right, tls)
    if isinstance(found, Address):
        if kept is not None and kept.token == right:
            others = [address for address in there.addresses if address != str(found)]
            known.remember(dataclasses.replace(kept, addresses=(str(found), *others)))
        return found, right
    if found is not None:
        raise found
    raise NotDeployedError(
        url,
        f"the server that was deployed there cannot be reached from here at {', '.join(there.addresses)}",
        "forward its port, and try again: " + " or ".join(forwards(there)),
    )


def reachable(deployed: Deployed, token: str, tls: TlsSettings | None = None) -> Address | None:
    """Give the first address of a server that answers from here; None if none does."""
    found = _reachable(deployed.addresses, token, tls)
    return found if isinstance(found, Address) else None


def forwards(deployed: Deployed) -> tuple[str, str]:
    """Give the commands that make a server's port one of this machine."""
    port = parse_address(deployed.addresses[0]).port
    pod = deployed.facts.get("host", "HEAD_POD")
    host = urlsplit(deployed.dashboard).hostname
    return f"kubectl port-forward pod/{pod} {port}:{port}", f"ssh -N -L {port}:localhost:{port} {host}"


def _bring(dashboard: Dashboard, name: str, token: str | None) -> Deployed:
    log.warning("bringing a server onto the cluster at %s", dashboard.url)
    return deploy(dashboard, DeployOptions(name=name, token=token), _log)


def _log(step: str) -> None:
    log.info("deploy: %s", step)


def _reachable(addresses: Iterable[str], token: str, tls: TlsSettings | None) -> Address | AuthenticationError | None:
    """Give the first address where the token is right; else the refusal of one where it is wrong, if there is one."""
    refusal = None
    for text in addresses:
        address = parse_address(text)
        try:
            reach(address, REACH_S)
            with closing(open_channel(address, tls)) as channel:
                GatewayClient(channel, token, address).server_info(ANSWER_S)
        except AuthenticationError as error:
            refusal = error
        except ConnectError:
            continue
        else:
            return address
    return refusal
