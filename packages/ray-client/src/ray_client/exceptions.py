"""The names of `ray.exceptions`, with the same bases.

An instance that came from the cluster says what Ray said there. Its pickle is one that Ray's own
class can load: same constructor arguments, same attributes.
"""

# ruff: noqa: N818 (the names are Ray's)

from __future__ import annotations

import os
from typing import Any, ClassVar

from ray_client.dual_error import dual_error_or_itself, make_dual_error


class RayError(Exception):
    """Base of everything that Ray raises."""

    #: What `str()` gave where the error was made; None for one made here.
    remote_text: str | None = None
    text_before: ClassVar[str] = ""

    def __str__(self) -> str:
        return self._text() if self.remote_text is None else self.remote_text

    def _text(self) -> str:
        return self.text_before or super().__str__()


class _MessageError(RayError):
    """Keeps its one argument under `field_name`, and puts `text_before` before it; each such class of Ray's does so."""

    field_name: ClassVar[str] = "message"

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        setattr(self, self.field_name, message)

    def _text(self) -> str:
        value = getattr(self, self.field_name)
        return f"{self.text_before}{value}" if value else self.text_before.strip()


class _ErrorMessage(_MessageError):
    field_name = "error_message"


class CrossLanguageError(RayError):
    """Something written in another language failed."""

    def __reduce__(self) -> tuple[Any, ...]:
        return RayError, (str(self),)  # Ray's constructor wants a message of Ray's protocol, which nobody has here


class TaskCancelledError(RayError):
    """The task was cancelled."""

    def __init__(self, task_id: Any = None, error_message: str | None = None) -> None:
        super().__init__(task_id, error_message)
        self.task_id, self.error_message = task_id, error_message

    def _text(self) -> str:
        return (f"Task: {self.task_id} was cancelled. " if self.task_id else "") + (self.error_message or "")


class RayTaskError(RayError):
    """A task or an actor's method raised; `cause` is what it raised, where that could be brought here."""

    def __init__(
        self,
        function_name: str,
        traceback_str: str,
        cause: Any,
        proctitle: str | None = None,
        pid: int | None = None,
        ip: str | None = None,
        actor_repr: str | None = None,
        actor_id: str | None = None,
    ) -> None:
        super().__init__(function_name, traceback_str, cause, proctitle, pid, ip)
        self.function_name, self.traceback_str, self.cause = function_name, traceback_str, cause
        self.proctitle, self.pid, self.ip = proctitle or function_name, pid or os.getpid(), ip or "127.0.0.1"
        self.actor_repr, self._actor_id = actor_repr, actor_id

    def _text(self) -> str:
        actor = f", actor_id={self._actor_id}, repr={self.actor_repr}" if self.actor_repr else ""
        header = f"{self.proctitle}() (pid={self.pid}, ip={self.ip}{actor})"
        lines = self.traceback_str.strip().split("\n")
        return "\n".join(header if line.startswith("Traceback ") else line for line in lines)

    def as_instanceof_cause(self) -> RayTaskError:
        """Give an error that is this one and of the cause's class too, or this one where that cannot be."""
        if self.cause is None or isinstance(self, type(self.cause)):
            return self
        return dual_error_or_itself(self, RayTaskError, self.cause)

    def make_dual_exception_instance(self) -> RayTaskError:
        """Give an error that is this one and of the cause's class too; raises what that class does, if it cannot be."""
        return make_dual_error(self, RayTaskError, self.cause)


class LocalRayletDiedError(RayError):
    """The node's raylet died under the task."""

    text_before = "the raylet on the task's node died; see raylet.out there"


class WorkerCrashedError(RayError):
    """The process that ran the task died."""

    text_before = "the process that ran this task died; see the python-core-worker-*.log files of its node"


class RayActorError(RayError):
    """The actor is dead, or cannot be reached now."""

    BASE_ERROR_MSG = "the actor failed before it finished this task"

    def __init__(
        self,
        actor_id: str | None = None,
        error_msg: str = BASE_ERROR_MSG,
        actor_init_failed: bool = False,
        preempted: bool = False,
    ) -> None:
        super().__init__(actor_id, error_msg, actor_init_failed, preempted)
        self.actor_id, self.error_msg = actor_id, error_msg
        self._actor_init_failed, self._preempted = actor_init_failed, preempted

    def _text(self) -> str:
        return self.error_msg

    @property
    def preempted(self) -> bool:
        """Whether the actor's node was taken away."""
        return self._preempted

    @property
    def actor_init_failed(self) -> bool:
        """Whether the actor failed in its constructor."""
        return self._actor_init_failed


class ActorDiedError(RayActorError):
    """The actor is dead."""

    BASE_ERROR_MSG = "the actor died before it finished this task"

    def __init__(self, cause: Any = None) -> None:
        is_task_error = isinstance(cause, RayTaskError)
        text = f"the actor died in its constructor: {cause}" if is_task_error else self.BASE_ERROR_MSG
        super().__init__(getattr(cause, "_actor_id", None), text, is_task_error)
        self.args = () if cause is None else (cause,)

    @staticmethod
    def from_task_error(task_error: RayTaskError) -> ActorDiedError:
        """Give the error of an actor whose constructor raised `task_error`."""
        return ActorDiedError(task_error)


class ActorUnavailableError(RayActorError):
    """The actor cannot be reached now, and may be later."""

    def __init__(self, error_message: str, actor_id: bytes | None) -> None:
        name = actor_id.hex() if actor_id is not None else None
        super().__init__(name, f"actor {name} cannot be reached: {error_message}; it may have run the task or not")
        self.args = (error_message, actor_id)


class RaySystemError(RayError):
    """Ray itself failed."""

    text_before = "System error: "

    def __init__(self, client_exc: Any, traceback_str: str | None = None) -> None:
        super().__init__(client_exc, traceback_str)
        self.args = (client_exc, traceback_str)  # one of the subclasses is an OSError, which keeps none by itself
        self.client_exc, self.traceback_str = client_exc, traceback_str

    def _text(self) -> str:
        trace = f"\ntraceback: {self.traceback_str}" if self.traceback_str else ""
        return f"{self.text_before}{self.client_exc}{trace}"


class AuthenticationError(_MessageError):
    """Ray's own token authentication refused a call inside the cluster."""


class UserCodeException(RayError):
    """The user's code raised inside one of Ray's libraries."""


class ObjectStoreFullError(RayError):
    """The object store has no room and nothing to evict."""


class OutOfDiskError(RayError):
    """The object store and the disk behind it are full."""


class OutOfMemoryError(_MessageError):
    """The node ran out of memory, and the task was ended to save it."""


class NodeDiedError(_MessageError):
    """The node is dead, or cannot be reached."""


class ObjectLostError(RayError):
    """All copies of the object are gone."""

    def __init__(self, object_ref_hex: str, owner_address: Any, call_site: str) -> None:
        super().__init__(object_ref_hex, owner_address, call_site)
        self.object_ref_hex, self.owner_address, self.call_site = object_ref_hex, owner_address, call_site

    def _text(self) -> str:
        text = f"cannot get object {self.object_ref_hex}: {(type(self).__doc__ or '').rstrip('.')}"
        return f"{text}; it was made at {self.call_site}" if self.call_site else text


class ObjectFetchTimedOutError(ObjectLostError):
    """No node that holds the object was found in time."""


class RpcError(_MessageError):
    """A call between Ray's own processes failed."""

    def __init__(self, message: str, rpc_code: int | None = None) -> None:
        super().__init__(message)
        self.args, self.rpc_code = (message, rpc_code), rpc_code


class ReferenceCountingAssertionError(ObjectLostError, AssertionError):
    """The object was deleted while a reference to it was left."""


class ObjectFreedError(ObjectLostError):
    """The object was freed by hand."""


class OwnerDiedError(ObjectLostError):
    """The process that owned the object has ended."""


class ObjectReconstructionFailedError(ObjectLostError):
    """The object was lost and could not be made again."""

    def __init__(
        self,
        object_ref_hex: str,
        reason: Any = None,
        reason_message: str | None = None,
        owner_address: Any = None,
        call_site: str = "",
    ) -> None:
        super().__init__(object_ref_hex, owner_address, call_site)
        self.args = (object_ref_hex, reason, reason_message, owner_address, call_site)
        self.reason, self.reason_message = reason, reason_message


class GetTimeoutError(RayError, TimeoutError):
    """The value did not come within the time given."""


class PlasmaObjectNotAvailable(RayError):
    """The object was not in the store in time."""


class AsyncioActorExit(RayError):
    """An async actor asked to end itself."""


class RuntimeEnvSetupError(_ErrorMessage):
    """A runtime environment could not be set up."""

    text_before = "Failed to set up runtime environment.\n"

    def __init__(self, error_message: str | None = None) -> None:
        super().__init__(error_message)


class TaskPlacementGroupRemoved(RayError):
    """The placement group of the task was removed."""


class ActorPlacementGroupRemoved(RayError):
    """The placement group of the actor was removed."""


class PendingCallsLimitExceeded(RayError):
    """The actor has as many calls waiting as its `max_pending_calls` allows."""


class TaskUnschedulableError(_ErrorMessage):
    """No node can ever run the task."""

    text_before = "The task is not schedulable: "


class ActorUnschedulableError(_ErrorMessage):
    """No node can ever run the actor."""

    text_before = "The actor is not schedulable: "


class ObjectRefStreamEndOfStreamError(RayError):
    """The streaming generator has no further object."""


class StreamingGeneratorReplayInconsistentError(RaySystemError):
    """A streaming generator was run again and gave another number of objects."""


class OufOfBandObjectRefSerializationException(RayError):
    """An object reference was pickled outside of Ray's own pickling; the spelling is Ray's."""


class RayChannelError(RaySystemError):
    """A channel of a compiled graph failed."""


class RayChannelTimeoutError(RayChannelError, TimeoutError):
    """A channel of a compiled graph took too long."""


class RayCgraphCapacityExceeded(RaySystemError):
    """A compiled graph's buffer is full."""


class RayDirectTransportError(RaySystemError):
    """A direct transfer between processes failed."""


class UnserializableException(_MessageError):
    """The exception could not be unpickled; this one has its text."""

    field_name = "_original_stack_trace"


class ActorAlreadyExistsError(ValueError, _ErrorMessage):
    """There is an actor of this name already."""

    __init__ = _ErrorMessage.__init__  # not that of ValueError, which comes first


class ActorHandleNotFoundError(ValueError, _ErrorMessage):
    """The actor handle is of a session that is gone."""

    __init__ = _ErrorMessage.__init__
