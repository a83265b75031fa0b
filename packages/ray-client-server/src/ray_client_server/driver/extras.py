"""What to install on the cluster where one of Ray's libraries lacks a package there."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from typing import Final

from ray_client_proto.wire.ray_modules import is_cluster_only
from ray_client_server.driver.errors import OperationError

#: Where a package is installed under another name than it is imported by.
_INSTALLED_AS: Final = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "sklearn": "scikit-learn",
    "tree": "dm-tree",
    "yaml": "pyyaml",
}
_EXTRA = re.compile(r"""extra == ["']([\w-]+)["']""")


def explained(error: BaseException) -> BaseException:
    """Give an error that names the side and the line to install, where a library could not import something."""
    cause = error.__cause__ if isinstance(error, OperationError) else error
    library = _library_of(cause) if isinstance(cause, ImportError) else ""
    is_of_a_task = any(cls.__module__ == "ray.exceptions" for cls in type(cause).__mro__)  # and says where that ran
    if not isinstance(cause, ImportError) or not library or is_of_a_task:
        return error
    where = f"on the cluster, where `{library}` runs"
    if "pip install" not in str(cause):
        where += f": `{_line(cause.name or '', library)}` there"
    text = f"{cause} ({where})"
    kind = ModuleNotFoundError if isinstance(cause, ModuleNotFoundError) else ImportError
    return kind(text, name=cause.name, path=cause.path).with_traceback(cause.__traceback__)


def _library_of(error: ImportError) -> str:
    """Give the module of Ray's libraries that could not import something; empty: it was something else's import."""
    found, frames = "", error.__traceback__
    while frames is not None:
        name = str(frames.tb_frame.f_globals.get("__name__"))
        if is_cluster_only(name):
            found = ".".join(name.split(".")[:2])
        elif not name.startswith("importlib"):
            found = ""  # code of the user's, or of another package
        frames = frames.tb_next
    return found


def _line(module: str, library: str) -> str:
    """Give the line that installs a module: with an extra of Ray's, if it belongs to one, best the library's own."""
    imported = module.partition(".")[0]
    top = _INSTALLED_AS.get(imported, imported)
    extras = [extra for name, extra in _requirements() if not top or name == top.lower().replace("-", "_")]
    own = library.partition(".")[2]
    if extras and (top or own in extras):
        return f'pip install "ray[{own if own in extras else extras[0]}]"'
    return f"pip install {top or 'what it names'}"


def _requirements() -> Iterator[tuple[str, str]]:
    """Give what Ray's extras require, with the extra's name."""
    try:
        lines = importlib.metadata.requires("ray") or ()
    except importlib.metadata.PackageNotFoundError:
        return
    for line in lines:
        if (extra := _EXTRA.search(line)) is not None:
            yield re.split(r"[^\w.-]", line, maxsplit=1)[0].lower().replace("-", "_"), extra[1]
