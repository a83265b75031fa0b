"""Unpickle with tokens as handles (docs/protocol.md, rules T1 to T11)."""

from __future__ import annotations

import importlib
import io
import pickle
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ray_client.cluster_only import is_stand_in
from ray_client.errors import MissingModuleError, RayClientError, UnpicklingError
from ray_client.pickling.known_classes import KnownClasses
from ray_client.pickling.missing import way_to_install
from ray_client.pickling.opaque import opaque_global
from ray_client_proto.code.carrier import readers
from ray_client_proto.wire import tokens
from ray_client_proto.wire.paths import path_class

#: Token name -> what makes the handle from the token's arguments.
TokenReaders = Mapping[str, Callable[..., Any]]

_SOURCE_READERS = readers()


class SessionUnpickler(pickle.Unpickler):
    """Reads one value. Tokens become handles, names of `ray` become ours."""

    def __init__(self, stream: io.BytesIO, token_readers: TokenReaders, buffers: Iterable[Any]) -> None:
        super().__init__(stream, buffers=buffers)
        self._token_readers = token_readers
        self._known_classes = KnownClasses()
        self.wanted = ""  #: the global whose module is missing here

    def find_class(self, module: str, name: str) -> Any:
        if module == tokens.MODULE:
            return _SOURCE_READERS.get(name) or self._token_readers[name]
        if module == "ray" or module.startswith("ray."):
            return find_mirrored(module, name)
        if module.startswith("pathlib") and (found := path_class(module, name)) is not None:
            return found
        if module.startswith("cloudpickle") and (found := self._known_classes.find(module, name)) is not None:
            return found
        try:
            return super().find_class(module, name)
        except ModuleNotFoundError:
            self.wanted = f"{module}.{name}"
            raise


def find_mirrored(module: str, qualname: str) -> Any:
    """Give our counterpart of a name in `ray`, or an opaque stand-in where there is none."""
    try:
        found: Any = importlib.import_module("ray_client" + module[len("ray") :])
        for part in qualname.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return opaque_global(module, qualname)
    return opaque_global(module, qualname) if is_stand_in(found) else found


def find_module(name: str) -> Any:
    """Give our counterpart of a module of `ray`, or an opaque stand-in where there is none."""
    try:
        return importlib.import_module("ray_client" + name[len("ray") :])
    except ImportError:
        package, _, module = name.rpartition(".")
        return opaque_global(package, module)


def load(stream: bytes | memoryview, buffers: Iterable[Any], token_readers: TokenReaders) -> Any:
    """Give the value of a pickle; out-of-band buffers are used in place.

    Raises:
        UnpicklingError: it cannot be unpickled here; the message names a module that is missing.
    """
    reader = SessionUnpickler(io.BytesIO(stream), token_readers, buffers)
    try:
        return reader.load()
    except RayClientError:
        raise
    except Exception as exc:  # unpickling imports modules and runs their __setstate__: anything
        if isinstance(exc, ModuleNotFoundError) and exc.name:
            line = way_to_install(exc.name)
            raise MissingModuleError(exc.name, "client", "a value from the cluster", reader.wanted, line) from exc
        raise UnpicklingError("a value", "client", f"{type(exc).__name__}: {exc}") from exc
