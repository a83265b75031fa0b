"""Ids of Ray's: plain bytes with a type, which mean something on the cluster only."""

from __future__ import annotations

import os
from typing import Any, ClassVar, TypeVar

from ray_client.tracebacks import shorten_all

_ID = TypeVar("_ID", bound="BaseID")


class BaseID:
    """An id of Ray's, as bytes."""

    __slots__ = ("_binary",)

    _size_bytes: ClassVar[int] = 0

    def __init__(self, binary: bytes) -> None:
        """Take the bytes.

        Raises:
            TypeError: they are no bytes.
            ValueError: an id of this type has another length.
        """
        if not isinstance(binary, bytes):
            raise TypeError(f"Unsupported type: {type(binary)}, expected bytes")
        if len(binary) != self._size_bytes:
            raise ValueError(f"ID string needs to have length {self._size_bytes}, got {len(binary)}")
        self._binary = binary

    @classmethod
    def from_binary(cls: type[_ID], id_bytes: bytes) -> _ID:
        """Give the id of these bytes; raises as the class does."""
        return cls(id_bytes)

    @classmethod
    def from_hex(cls: type[_ID], hex_id: str) -> _ID:
        """Give the id of these hex digits.

        Raises:
            ValueError: they are no hex digits, or not as many as an id of this type has.
        """
        return cls(bytes.fromhex(hex_id))

    @classmethod
    def nil(cls: type[_ID]) -> _ID:
        """Give the id that stands for nothing."""
        return cls(b"\xff" * cls._size_bytes)

    @classmethod
    def size(cls) -> int:
        """Give how many bytes an id of this type has."""
        return cls._size_bytes

    def binary(self) -> bytes:
        """Give the id as bytes."""
        return self._binary

    def hex(self) -> str:
        """Give the id in hex."""
        return self._binary.hex()

    def is_nil(self) -> bool:
        """Whether it stands for nothing."""
        return self._binary == b"\xff" * len(self._binary)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._binary == self._binary

    def __hash__(self) -> int:
        return hash(self._binary)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._binary.hex()})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._binary,)


class UniqueID(BaseID):
    """An id that is drawn by chance."""

    __slots__ = ()

    _size_bytes = 28

    @classmethod
    def from_random(cls: type[_ID]) -> _ID:
        """Give a new id."""
        return cls(os.urandom(cls._size_bytes))


class NodeID(UniqueID):
    """The id of a node."""

    __slots__ = ()


class WorkerID(UniqueID):
    """The id of a process that runs tasks or an actor."""

    __slots__ = ()


class FunctionID(UniqueID):
    """The id of a remote function."""

    __slots__ = ()


class ActorClassID(UniqueID):
    """The id of an actor's class."""

    __slots__ = ()


class ClusterID(UniqueID):
    """The id of a cluster."""

    __slots__ = ()


class JobID(BaseID):
    """The id of a job."""

    __slots__ = ()

    _size_bytes = 4

    @classmethod
    def from_int(cls, value: int) -> JobID:
        """Give the id of the job of this number."""
        return cls(value.to_bytes(cls._size_bytes, "little"))

    def int(self) -> int:
        """Give the job's number."""
        return int.from_bytes(self._binary, "little")


class ActorID(BaseID):
    """The id of an actor; its last bytes are the job's."""

    __slots__ = ()

    _size_bytes = 16

    @property
    def job_id(self) -> JobID:
        """The id of the job that created the actor."""
        return JobID(self._binary[-JobID._size_bytes :])


class TaskID(BaseID):
    """The id of a task; its last bytes are the actor's that runs it, and the job's."""

    __slots__ = ()

    _size_bytes = 24

    def actor_id(self) -> ActorID:
        """Give the id of the actor that runs the task; nil but for the job's part if none does."""
        return ActorID(self._binary[-ActorID._size_bytes :])

    def job_id(self) -> JobID:
        """Give the id of the job that the task belongs to."""
        return JobID(self._binary[-JobID._size_bytes :])


class PlacementGroupID(BaseID):
    """The id of a placement group; its last bytes are the job's."""

    __slots__ = ()

    _size_bytes = 18

    @classmethod
    def from_random(cls) -> PlacementGroupID:
        """Give a new id."""
        return cls(os.urandom(cls._size_bytes))


class Language:
    """A language that Ray has workers for: `PYTHON`, `JAVA` or `CPP`."""

    __slots__ = ("_number",)

    PYTHON: ClassVar[Language]
    JAVA: ClassVar[Language]
    CPP: ClassVar[Language]

    def __init__(self, number: int) -> None:
        """Take the number that Ray has for it.

        Raises:
            ValueError: there is no such language.
        """
        if number not in range(len(_LANGUAGES)):
            raise ValueError(f"there is no language {number}; there are {', '.join(_LANGUAGES)} from 0 on")
        self._number = number

    def value(self) -> int:
        """Give the number that Ray has for it."""
        return self._number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Language) and other._number == self._number

    def __hash__(self) -> int:
        return self._number

    def __repr__(self) -> str:
        return _LANGUAGES[self._number]

    def __reduce__(self) -> tuple[Any, ...]:
        return Language, (self._number,)


_LANGUAGES = ("PYTHON", "JAVA", "CPP")
Language.PYTHON, Language.JAVA, Language.CPP = (Language(number) for number in range(len(_LANGUAGES)))

shorten_all(globals())
