"""Classes that are made from a pickle: what the program runs for new ones is not run for those that are known."""

from __future__ import annotations

import abc
import enum
from collections.abc import Callable
from typing import Any, ClassVar

from ray_client.api.counterparts import counterparts
from ray_client.pickling import pickler, unpickler

TABLE = pickler.TokenTable({}, counterparts)


#: Of the fixture: takes a value and a program, and gives what the program prints.
Elsewhere = Callable[[Any, str], str]


def crossed(value: Any) -> Any:
    pickled = pickler.dump(value, TABLE)
    return unpickler.load(pickled.stream, pickled.buffers, {})


def registering() -> tuple[type, type, type]:
    class Meta(abc.ABCMeta):
        made: ClassVar[list[type]] = []

        def __new__(cls, name: str, bases: Any, namespace: Any, *, need: int, **rest: Any) -> Any:
            new = super().__new__(cls, name, bases, namespace, **rest)
            cls.made.append(new)
            return new

        def __init__(cls, name: str, bases: Any, namespace: Any, **_: Any) -> None:
            super().__init__(name, bases, namespace)
            cls.times = getattr(cls, "times", 0) + 1

    class Base(metaclass=Meta, need=1):
        registry: ClassVar[dict[str, type]] = {}

        def __init_subclass__(cls, /, key: str, **rest: Any) -> None:
            super().__init_subclass__(**rest)
            cls.registry[key] = cls

    class Child(Base, key="its key", need=3):
        pass

    return Meta, Base, Child


def test_a_class_that_comes_back_is_not_made_again() -> None:
    meta, base, child = registering()
    for _ in range(2):
        assert type(crossed(child())) is child
    assert (base.registry, meta.made) == ({"its key": child}, [base, child])


def test_an_enum_that_comes_back_stays_as_it_is() -> None:
    class Colour(enum.Enum):
        RED = 1

        def low(self) -> str:
            return self.name.lower()

    low = Colour.low
    assert crossed(Colour.RED) is Colour.RED
    assert Colour.low is low


def test_a_class_with_keywords_is_made_elsewhere_and_once(elsewhere: Elsewhere) -> None:
    _, base, child = registering()
    stream = pickler.dump(child(), TABLE).stream
    given = elsewhere(
        (base, child, stream),
        """
        base, child, stream = value
        for _ in range(2):
            assert type(pickle.loads(stream)) is not None
        first = type(pickle.loads(stream))
        print(len(first.registry), first.registry["its key"] is first, first.times, len(type(first).made))
        try:
            class New(first, need=2):
                pass
        except TypeError as error:
            print(error)
        class Other(first, key="other", need=2):
            pass
        print(first.registry["other"] is Other, type(first).made[-1] is Other)
        """,
    )
    assert given.splitlines()[0] == "1 True 2 2"
    assert "missing 1 required positional argument: 'key'" in given.splitlines()[1]
    assert given.splitlines()[2] == "True True"


class Sealed(type):
    """Makes classes whose attributes nobody sets."""

    def __setattr__(cls, name: str, value: Any) -> None:
        raise AttributeError(f"{cls.__name__} is sealed")


class Deeper(Sealed):
    """Refuses by its base, and for some names itself."""

    def __setattr__(cls, name: str, value: Any) -> None:
        super().__setattr__(name, value)


class Constant(metaclass=Deeper):
    """A class with what a class may have."""

    value: ClassVar[int] = 3

    def get(self) -> int:
        return self.value


def test_a_class_whose_attributes_cannot_be_set_goes_on_and_comes_back(elsewhere: Elsewhere) -> None:
    assert type(crossed(Constant())) is Constant and crossed(Constant) is Constant
    given = elsewhere(
        pickler.dump(Constant(), TABLE).stream,
        """
        import cloudpickle
        for _ in range(2):
            there = pickle.loads(value)
            there = pickle.loads(cloudpickle.dumps(there))
        print(there.get(), type(there).__doc__)
        try:
            type(there).value = 4
        except AttributeError as error:
            print(error)
        """,
    )
    assert given.splitlines() == ["3 A class with what a class may have.", "Constant is sealed"]
