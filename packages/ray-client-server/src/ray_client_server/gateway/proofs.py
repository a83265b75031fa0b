"""The proofs of a session's requests: each is good once, and for some minutes (docs/protocol.md, rule S10)."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable
from typing import Final

from ray_client_proto.wire.requests import Request

VALID_S: Final = 300.0  #: between the making of a proof and its use; a client whose clock is off by more learns that
KEPT: Final = 10_000  #: proofs of one session that are remembered


class Proofs:
    """Remembers which were used. Only those come here whose sender has the secret. The event loop owns it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin when the session is opened: proofs tell how long after that they were made."""
        self._clock, self._opened_s = clock, clock()
        self._used: collections.OrderedDict[str, int] = collections.OrderedDict()
        self._oldest_ms = 0  #: what is older may have been used, and was forgotten

    @property
    def age_ms(self) -> int:
        """How long ago the session was opened."""
        return int((self._clock() - self._opened_s) * 1000)

    def is_first_use(self, request: Request) -> bool:
        """Tell whether a request's proofs are good, and let them be used."""
        now_ms, valid_ms = self.age_ms, int(VALID_S * 1000)
        is_now = self._oldest_ms <= request.age_ms and abs(request.age_ms - now_ms) <= valid_ms
        if not is_now or request.moment in self._used:
            return False
        self._used[request.moment] = request.age_ms
        while self._used and (len(self._used) > KEPT or next(iter(self._used.values())) < now_ms - valid_ms):
            _, age_ms = self._used.popitem(last=False)
            self._oldest_ms = max(self._oldest_ms, age_ms + 1)
        return True
