"""The records that `ray.util.state` gives: fields as the cluster names them, to be read as attributes or by key."""

from __future__ import annotations

from typing import Any, Final

from ray_client.tracebacks import shorten_all

__all__ = [
    "ActorState",
    "ClusterEventState",
    "DriverInfo",
    "JobState",
    "NodeState",
    "ObjectState",
    "PlacementGroupState",
    "RuntimeEnvState",
    "StateSchema",
    "TaskState",
    "WorkerState",
]


class StateSchema:
    """A record. Which fields it has is for the cluster's Ray to say."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def asdict(self) -> dict[str, Any]:
        """Give the fields by name."""
        return dict(self.__dict__)

    def get(self, key: str, default: Any = None) -> Any:
        """Give a field by name, or `default` if there is none."""
        return self.__dict__.get(key, default)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, key, value)

    # Only for type checkers: fields are in the instance's own dictionary.
    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__} has no field {name!r}; it has {', '.join(self.__dict__)}")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__dict__ == self.__dict__

    __hash__ = None  # type: ignore[assignment]  # its fields may change

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({fields})"


class ActorState(StateSchema):
    """An actor."""


class PlacementGroupState(StateSchema):
    """A placement group."""


class NodeState(StateSchema):
    """A node."""


class WorkerState(StateSchema):
    """A process that runs tasks or an actor."""


class TaskState(StateSchema):
    """A task, or a call of an actor's method."""


class ObjectState(StateSchema):
    """A reference to an object."""


class RuntimeEnvState(StateSchema):
    """A runtime environment on a node."""


class DriverInfo(StateSchema):
    """The process that a job was started with."""


class JobState(StateSchema):
    """A job."""

    def __init__(self, *, driver_info: dict[str, Any] | None = None, **fields: Any) -> None:
        super().__init__(**fields, driver_info=driver_info and DriverInfo(**driver_info))

    def asdict(self) -> dict[str, Any]:
        """Give the fields by name, those of the driver as a dictionary too."""
        return {**super().asdict(), "driver_info": self.driver_info and self.driver_info.asdict()}


class ClusterEventState(StateSchema):
    """An event of the cluster."""


#: By name: what the driver says of a record's type.
RECORDS: Final[dict[str, type[StateSchema]]] = {cls.__name__: cls for cls in StateSchema.__subclasses__()}

shorten_all(globals())
