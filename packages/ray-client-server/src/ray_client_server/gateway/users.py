"""Who else uses this machine, and so can reach a port that only this machine can."""

from __future__ import annotations

import contextlib
import os
import pwd
from pathlib import Path
from typing import Final

_PEOPLE: Final = range(1000, 65_534)  #: ids of people, and not of services, on most systems
_NO_SHELLS: Final = ("nologin", "false")


def user() -> str:
    """Give the name of the user that this process runs as."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # containers may run as an id without a name
        return f"the user with id {os.geteuid()}"


def other_users() -> set[int]:
    """Give the ids of the people who may log in here, or have processes here, besides this user."""
    found = {entry.pw_uid for entry in pwd.getpwall() if not entry.pw_shell.endswith(_NO_SHELLS)}
    with contextlib.suppress(OSError):
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                with contextlib.suppress(OSError):
                    found.add(process.stat().st_uid)
    return {uid for uid in found if uid in _PEOPLE and uid != os.geteuid()}
