"""Sockets that listen where the operator said."""

from __future__ import annotations

import errno
import socket
from typing import Final

_WILDCARDS: Final = ("", "0.0.0.0", "::")
_BACKLOG: Final = 512

#: Errors of a machine that lacks an address or its whole family; others count.
_NOT_HERE: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def listen(host: str, port: int) -> list[socket.socket]:
    """Give sockets that listen on every address of `host`, all on one port; 0 lets the system choose it.

    A wildcard means both families, as it does for gRPC.

    Raises:
        OSError: the port is taken, or the host is none of this machine's; nothing listens.
    """
    host = host.strip("[]")
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    try:
        for family, address in _addresses(host, port):
            try:
                listener = _listen(family, address, sockets[0].getsockname()[1] if sockets else port)
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                missing = error
            else:
                sockets.append(listener)
                if host in _WILDCARDS and family == socket.AF_INET6:
                    break  # it takes IPv4 too
        if missing is not None and not sockets:
            raise missing
    except BaseException:
        for listener in sockets:
            listener.close()
        raise
    return sockets


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    if host in _WILDCARDS:
        return [*([(socket.AF_INET6, "::")] if socket.has_dualstack_ipv6() else []), (socket.AF_INET, "0.0.0.0")]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def _listen(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    is_both = family == socket.AF_INET6 and address == "::"
    listener = socket.create_server((address, port), family=family, backlog=_BACKLOG, dualstack_ipv6=is_both)
    listener.setblocking(False)
    return listener
