"""Functions and classes that the client has shipped, by digest, ready to be called with any options."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import Export
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_server.driver.bounds import check_results
from ray_client_server.driver.environments import Environments
from ray_client_server.driver.errors import OperationError, refused
from ray_client_server.driver.pickling import Codec
from ray_client_server.driver.versions import ray_version

_EXPORTS: Final = 100_000  #: of a session at the same time
_BOUND_LIMIT: Final = 1024  #: how many pairs of an export and options are kept ready

#: Options that Ray takes when it decorates, and refuses in `.options()`.
_DECORATION_ONLY: Final[tuple[str, ...]] = ("max_calls", "_num_objects_per_yield", "concurrency_groups")


class Exports:
    """What the session has exported. Not thread-safe: whoever carries out operations owns it."""

    def __init__(self, codec: Codec, environments: Environments) -> None:
        self._codec, self._environments = codec, environments
        self._shipped: dict[bytes, Any] = {}
        self._failed: dict[bytes, Failure] = {}
        self._names: dict[bytes, str] = {}
        #: Decorated. Not bounded, as what was shipped is not: decorated anew, a function would be stored anew.
        self._decorated: dict[tuple[bytes, str], Any] = {}
        self._bound: OrderedDict[tuple[bytes, bytes], Any] = OrderedDict()

    def add(self, message: Export) -> None:
        """Take a function or a class; one that is here already is passed over.

        Raises:
            OperationError: it cannot be unpickled; calls of it will fail with the same failure. Or there are very many.
        """
        if message.digest in self._shipped:
            return
        if message.digest not in self._names and len(self._names) >= _EXPORTS:
            raise _too_many()
        self._names[message.digest] = message.name
        try:
            self._shipped[message.digest] = self._codec.decode(message.payload, self.name(message.digest)).value
        except OperationError as error:
            self._failed[message.digest] = error.failure
            raise
        self._failed.pop(message.digest, None)

    def name(self, digest: bytes) -> str:
        """Give what was exported under this digest, for people."""
        return self._names.get(digest) or "a function"

    def release(self, digest: bytes) -> None:
        """Let go of what was exported, since no call refers to it any more (O6)."""
        self._shipped.pop(digest, None)
        self._failed.pop(digest, None)
        self._names.pop(digest, None)
        for decorated in [key for key in self._decorated if key[0] == digest]:
            del self._decorated[decorated]
        for bound in [key for key in self._bound if key[0] == digest]:
            del self._bound[bound]

    def bound(self, digest: bytes, options: Payload) -> Any:
        """Give the remote function or actor class with these options, ready for `.remote()`.

        Raises:
            OperationError: nothing usable was exported under this digest, or the options cannot be unpickled.
            ValueError: Ray refuses the options.
            TypeError: Ray refuses what was exported, or the options.
        """
        key = (digest, options.pickle)
        found = self._bound.get(key)
        if found is not None:
            self._bound.move_to_end(key)
            return found
        decoded = self._codec.decode(options) if options.pickle or options.transfer_id else None
        found = self._bind(digest, {} if decoded is None else decoded.value)
        # Options that hold a handle of the session must not keep it alive; other buffers would need to be compared.
        if not (decoded and decoded.has_tokens) and not options.buffers and not options.transfer_id:
            self._bound[key] = found
            if len(self._bound) > _BOUND_LIMIT:
                self._bound.popitem(last=False)
        return found

    def _bind(self, digest: bytes, options: dict[str, Any]) -> Any:
        check_results(0, options)
        decoration = {name: options[name] for name in _DECORATION_ONLY if name in options}
        rest = {name: value for name, value in options.items() if name not in decoration}
        if rest.get("runtime_env"):
            rest["runtime_env"] = self._environments.ready(rest["runtime_env"])
        key = (digest, repr(sorted(decoration.items())) if decoration else "")
        base = self._decorated.get(key)
        try:
            if base is None:
                base = self._decorated[key] = self._codec.port.remote(self._plain(digest), decoration)
            return base.options(**rest) if rest else base
        except (TypeError, ValueError) as error:
            if type(error) not in (TypeError, ValueError):
                raise
            # Another Ray may know the option, or take the value.
            raise type(error)(f"{error} (by Ray {ray_version()}, which the cluster has)") from error

    def _plain(self, digest: bytes) -> Any:
        if digest in self._shipped:
            return self._shipped[digest]
        if digest in self._failed:
            raise OperationError(self._failed[digest])
        if len(self._names) >= _EXPORTS:
            raise _too_many()
        raise refused(Failure.PROTOCOL_VIOLATION, f"nothing was exported under the digest {digest.hex()}")


def _too_many() -> OperationError:
    text = f"the session has {_EXPORTS} functions and classes; let go of some before you make others remote"
    return refused(Failure.LIMIT_EXCEEDED, text, limit="exports", value=str(_EXPORTS))
