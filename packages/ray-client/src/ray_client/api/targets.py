"""Which gateway `init` is to connect to: what was given, or what the environment says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ray_client.config import env
from ray_client.config.address import Address, is_dashboard_url, parse_address
from ray_client.errors import AddressError, ConnectError


def choose_target(address: str | None) -> tuple[str | None, str]:
    """Give the address to connect to, None if none was given, and which variable has it, if one has.

    Raises:
        AddressError: it is `auto`, and no variable says what that is.
    """
    named = env.address()
    if address not in (None, "", "auto"):
        return address, ""
    if named is None and address == "auto":
        raise AddressError("auto", "it means what RAY_ADDRESS names, and that is not set; set it")
    return named, "" if named is None else "RAY_ADDRESS"


def server_at(target: str, source: str, found: Mapping[str, Any]) -> tuple[Address, str | None]:
    """Give the address and the token of the gateway that an address means.

    Args:
        target: the address.
        source: the variable of the environment that has it, if one has.
        found: the options `token`, `tls` and `deploy` of `init`.

    Raises:
        AddressError: it makes no sense.
        DeployError: it is a dashboard's, and no server of its cluster can be used; the subclass says why.
    """
    token = found["token"] or env.token()
    if is_dashboard_url(target):
        from ray_client.deploy.finding import find  # loads what only these addresses need

        return find(target, token, found["tls"] or env.tls(), found["deploy"] or env.is_deploying())
    if found["deploy"]:
        raise AddressError(target, "deploy=True needs the address of the cluster's dashboard, http://host:8265", source)
    address = _parsed(target, source)
    if token is None:
        from ray_client.deploy.known import token_for

        token = token_for(address)
    return address, token


def _parsed(target: str, source: str) -> Address:
    try:
        return parse_address(target)
    except AddressError as error:
        raise AddressError(target, error.reason, source) from None


@contextmanager
def source_named(source: str) -> Iterator[None]:
    """Have an error say that the address is not one which the program gave, but a variable's."""
    try:
        yield
    except AddressError:
        raise  # it names the variable itself
    except ConnectError as error:
        if source:
            error.args = (f"{error.args[0]} (it is {source} that names this address)", *error.args[1:])
        raise
