"""Who calls, for the log: clients reach the gateway's gRPC server over a unix socket, which has no address of theirs.

So the near end of that socket is given a name which holds it. Linux has names that are no files; elsewhere the log
does without.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import urllib.parse
from typing import Any, Final

import grpc

_PREFIX: Final = f"ray-client-{os.getpid()}-"


def bind_as(connection: socket.socket, peer: str) -> None:
    """Name a unix socket after the client that it is for, where the system can; before it is connected."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # the name is in use for a moment longer, by a connection that just ended
            connection.bind(b"\0" + (_PREFIX + peer).encode())


def peer_of(context: grpc.aio.ServicerContext[Any, Any]) -> str:
    """Give the address of the client whose call this is, such as `ipv4:10.0.0.7:50123`."""
    peer = urllib.parse.unquote(str(context.peer()))
    return peer.partition(_PREFIX)[2] or peer
