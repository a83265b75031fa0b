"""Who may have a connection to the gateway: strangers have few places, and those of one address a share.

A *stranger* has a connection and has made no call on it that was let in. Whoever wants something says so at
once; so where there are too many strangers, the one that has waited longest goes, of the address that has most of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeAlias

from ray_client_server.gateway.files import ceiling
from ray_client_server.observability.logs import EventLog

log = EventLog("places")

STRANGERS: Final = 256  #: at the same time, of all addresses together
_FILES_OF_STRANGER: Final = 8  #: each has up to three files, and strangers shall not have half of all
_QUIET_S: Final = 1.0  #: what was cut or refused is logged once in this time, with how often it was


#: By address, and there by peer in the order in which they came: what cuts each connection.
_Table: TypeAlias = dict[str, dict[str, Callable[[], None]]]


class Places:
    """The places of all connections that the gateway itself has. The event loop owns it.

    Connections are named as gRPC names its peers, by an address and a port.
    """

    def __init__(self, files: int, per_address: int) -> None:
        """`files` is how many files this process may have, `per_address` how many connections come from one address."""
        self._ceiling, self._per_address = ceiling(files), per_address
        self._most_strangers = min(STRANGERS, max(1, files // _FILES_OF_STRANGER))
        self._strangers: _Table = {}
        self._known: _Table = {}
        self._unlogged, self._logged_at_s = 0, float("-inf")

    def take(self, peer: str, file: int, cut: Callable[[], None]) -> bool:
        """Take a place for a connection that has this file's number, if there is one; `cut` ends it later on.

        Where there is none for a stranger more, another one is cut.
        """
        address = _address(peer)
        strangers = self._strangers.get(address, {})
        if len(strangers) + len(self._known.get(address, {})) >= self._per_address and not self._cut_one(strangers):
            return self._refuse(peer, f"there are {self._per_address} connections of this address")
        count = sum(map(len, self._strangers.values()))
        if count >= self._most_strangers or file >= self._ceiling:
            most = max(self._strangers.values(), key=len, default={})
            if not self._cut_one(most):
                return self._refuse(peer, "this process may have no more open files")
        self._strangers.setdefault(address, {})[peer] = cut
        return True

    def admit(self, peer: str) -> None:
        """Take note that a call on this connection was let in: it is no stranger's any more."""
        address = _address(peer)
        cut = self._strangers.get(address, {}).get(peer)
        if cut is not None:
            self.leave(peer)
            self._known.setdefault(address, {})[peer] = cut

    def leave(self, peer: str) -> None:
        """Give the place of a connection back; doing so again changes nothing."""
        address = _address(peer)
        for places in (self._strangers, self._known):
            of_address = places.get(address, {})
            of_address.pop(peer, None)
            if not of_address:
                places.pop(address, None)

    def _cut_one(self, places: dict[str, Callable[[], None]]) -> bool:
        """Cut the connection of these that came first; tell whether there was any."""
        first = next(iter(places), None)
        if first is None:
            return False
        cut = places[first]
        self.leave(first)
        self._say("places.stranger_cut", first, "it has said nothing, and others want its place")
        cut()
        return True

    def _refuse(self, peer: str, because: str) -> bool:
        self._say("places.refused", peer, because)
        return False

    def _say(self, event: str, peer: str, because: str) -> None:
        self._unlogged += 1
        now_s = time.monotonic()
        if now_s - self._logged_at_s >= _QUIET_S:
            log.warning(event, peer=peer, because=because, times=self._unlogged)
            self._unlogged, self._logged_at_s = 0, now_s


def _address(peer: str) -> str:
    return peer.rpartition(":")[0]
