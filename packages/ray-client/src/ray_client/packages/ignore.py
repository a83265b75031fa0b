"""Which files to leave out of a package: what `.gitignore` and `.rayignore` files name, and `excludes`, as in Ray."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ray_client.errors import PackageError

if TYPE_CHECKING:
    from pathspec import PathSpec


class Ignored:
    """What is left out of a directory and of those below it.

    As in Ray, each file and each list stands for itself: what one of them names no other takes back.
    """

    def __init__(self, base: str, spec: PathSpec[Any], above: Ignored | None = None) -> None:
        self._base, self._spec, self._above = base, spec, above

    def has(self, path: str) -> bool:
        """Tell whether a path is left out; both it and the directory's are relative to the root of the package."""
        # A directory is asked about by its own rules too, as `.`.
        below = path[len(self._base) :] or "."
        return self._spec.match_file(below) or (self._above is not None and self._above.has(path))


def ignored(patterns: Iterable[str], source: str, base: str = "", above: Ignored | None = None) -> Ignored:
    """Give what patterns leave out, in the form of `.gitignore`.

    Args:
        patterns: the last one that matches decides.
        source: where they stand, for the error.
        base: the directory that they are for, with a final slash; empty for the root.
        above: what is left out anyway.

    Raises:
        PackageError: one makes no sense.
    """
    from pathspec import PathSpec  # for environments with directories only

    try:
        # One that is nothing but a slash names nothing, to git as to Ray.
        spec = PathSpec.from_lines("gitignore", [line for line in patterns if line.strip() != "/"])
    except (ValueError, re.error) as exc:
        raise PackageError(source, f"a pattern of what to leave out makes no sense ({exc})", "correct it") from exc
    return Ignored(base, spec, above)


def ignored_by_files(directory: Path, names: Iterable[str], base: str, above: Ignored) -> Ignored:
    """Give what is left out below a directory, with what its own ignore files name.

    Raises:
        PackageError: a pattern makes no sense.
        OSError: a file cannot be read.
    """
    for name in names:
        file = directory / name
        if file.is_file():
            lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
            above = ignored(lines, str(file), base, above)
    return above
