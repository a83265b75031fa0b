"""Imports of `ray_client` inside functions, for the cluster (docs/protocol.md, rule T7)."""

from __future__ import annotations

import dis
from types import CodeType

_OURS, _THEIRS = "ray_client", "ray"


def for_cluster(code: CodeType) -> CodeType:
    """Give code that imports `ray` where this one imports `ray_client`; the same object if it does not.

    So `import ray_client as ray` works inside a function too: workers have only the real one. A name
    that the code also uses for something else stays what it is. Codes inside this one are left alone.
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


def for_cluster_throughout(code: CodeType) -> CodeType:
    """Give what `for_cluster` gives, with the same done to every code inside."""
    constants = tuple(
        for_cluster_throughout(constant) if isinstance(constant, CodeType) else constant for constant in code.co_consts
    )
    if any(new is not old for new, old in zip(constants, code.co_consts, strict=True)):
        code = code.replace(co_consts=constants)
    return for_cluster(code)


def _is_ours(name: str) -> bool:
    return name == _OURS or name.startswith(_OURS + ".")
