"""Imports of this package inside functions, for the cluster (docs/protocol.md, rule T7)."""

from __future__ import annotations

import dis
from types import CodeType

_OURS, _THEIRS = "ray_client", "ray"


def for_cluster(code: CodeType) -> CodeType:
    """Give code that imports `ray` where this one imports `ray_client`; the same object if it does not.

    So `import ray_client as ray` works inside a function too: workers have only the real one. A name
    that the code also uses for something else stays what it is.
    """
    if not any(map(_is_ours, code.co_names)):
        return code
    users: dict[str, set[str]] = {}
    for instruction in dis.get_instructions(code):
        if instruction.opcode in dis.hasname:
            users.setdefault(instruction.argval, set()).add(instruction.opname)
    names = tuple(
        _THEIRS + name[len(_OURS) :] if _is_ours(name) and users.get(name) == {"IMPORT_NAME"} else name
        for name in code.co_names
    )
    return code.replace(co_names=names)


def _is_ours(name: str) -> bool:
    return name == _OURS or name.startswith(_OURS + ".")
