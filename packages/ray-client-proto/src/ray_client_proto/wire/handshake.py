"""What the two sides tell each other first, and what follows from it (docs/protocol.md, rules H1 to H3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ray_client_proto.wire import packed
from ray_client_proto.wire.errors import IncompatibleVersionsError

PROTOCOL_OLDEST = 1  #: the oldest protocol version that this wheel speaks
PROTOCOL_NEWEST = 1  #: the newest

#: Names that a side may announce; each is described in docs/protocol.md.
CAPABILITIES = (
    *("bulk", "environment_checks", "exact_packages", "forward", "job_config", "lanes", "library", "local", "logs"),
    *("object_ids", "option_checks", "packages", "socket", "socket_tls", "streaming", "unary", "unopened"),
    *((packed.CAPABILITY,) if packed.IS_THERE else ()),
)

#: Those that came after 0.1.0 and need the driver. Each driver says which it has: that of a session's environment
#: may be of an older release than its gateway.
OF_DRIVERS: Final = (
    *("forward", "job_config", "lanes", "library", "local", "object_ids", "option_checks", "socket", "unopened"),
    *((packed.CAPABILITY,) if packed.IS_THERE else ()),
)


@dataclass(frozen=True)
class Claims:
    """What a side says that it speaks."""

    oldest: int = PROTOCOL_OLDEST
    newest: int = PROTOCOL_NEWEST
    capabilities: tuple[str, ...] = CAPABILITIES


OURS: Final = Claims()


def choose_protocol(ours: tuple[int, int], theirs: tuple[int, int]) -> int:
    """Pick the newest protocol version that both sides speak; a range is `(oldest, newest)`.

    Raises:
        IncompatibleVersionsError: the ranges do not meet.

    >>> choose_protocol((2, 5), (1, 4))
    4
    """
    newest = min(ours[1], theirs[1])
    if newest < max(ours[0], theirs[0]):
        raise IncompatibleVersionsError(ours, theirs)
    return newest


def choose_capabilities(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Give the capabilities that both sides have, in alphabetical order."""
    return sorted(set(ours) & set(theirs))


#: What `~=` takes: two numbers or more, and a mark of a version before its release. Nothing else goes into a command
#: that somebody may copy: the peer chose it.
_VERSION: Final = re.compile(r"[0-9]+(?:\.[0-9]+)+(?:(?:a|b|rc)[0-9]+)?(?:\.post[0-9]+)?(?:\.dev[0-9]+)?")


def install_line(package: str, version: str) -> str:
    """Give the command that installs a package of the release line of `version`; the newest if that is no version.

    >>> install_line("ray-client", "0.1.0")
    'pip install "ray-client~=0.1.0"'
    >>> install_line("ray-client", "0.2.0.dev0+local")
    'pip install "ray-client~=0.2.0.dev0"'
    >>> install_line("ray-client", "?")
    'pip install --upgrade ray-client'
    """
    public = version.partition("+")[0]
    return f'pip install "{package}~={public}"' if _VERSION.fullmatch(public) else f"pip install --upgrade {package}"
