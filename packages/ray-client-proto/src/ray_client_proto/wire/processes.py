"""Which process on which machine: so that one which has gone is told from one which is silent.

Numbers of processes are used again, and containers have their own. So a process is known by its machine's boot, its
namespace of numbers, its number and the time of its start. Linux says all of that in `/proc`; other systems do not, and
there nobody can tell.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_GONE: Final = frozenset("ZX")  #: it has ended, and its parent has not asked how


def machine_name() -> str:
    """Give what two processes have in common that know processes by the same numbers; empty if nobody can tell.

    A machine gets another name each time it is started.
    """
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink(_PROC / 'self/ns/pid')}"
    except OSError:
        return ""


def start_of(pid: int) -> int:
    """Give when a process was started, in ticks since the machine was; 0 if there is none, or nobody can tell.

    One that was stopped, by a debugger or SIGSTOP, is there as any other.
    """
    try:
        status = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return 0
    # The name of the program comes second, in parentheses, and may itself hold any character.
    state, *fields = status.rpartition(")")[2].split()
    return 0 if state in _GONE else int(fields[18])
