"""What travels between minor versions of Python: each case gives a function that uses something defined by the user.

The function's result, as text, must be the same wherever it runs. The module is never imported on the other side.
"""

# What users write is not always what this project would.
# ruff: noqa: B023, C416, C420, N818, PIE796, PIE807, UP045

import abc
import asyncio
import collections
import contextlib
import dataclasses
import enum
import functools
import itertools
import math
import operator
import re
import typing
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Generic, NamedTuple, Optional, Protocol, TypeVar

CASES: dict[str, Callable[[], Any]] = {}
LIMIT = 10
TABLE = {"one": 1, "two": 2}
T = TypeVar("T")


def case(make):
    """Register what makes the case; it is called where the case is sent from."""
    CASES[make.__name__] = make
    return make


def of(function, *args, **kwargs):
    return functools.partial(function, *args, **kwargs)


# Functions


def plain(x):
    return x * LIMIT


@case
def function():
    return of(plain, 4)


@case
def function_as_argument():
    return of(map_twice, plain, [1, 2])


def map_twice(f, values):
    return [f(f(value)) for value in values]


def defaults(a, b=2, *rest, c, d=LIMIT, **more):
    return a, b, rest, c, d, more


@case
def argument_kinds():
    return of(defaults, 1, c=3)


@case
def argument_kinds_all():
    return of(defaults, 1, 5, 6, 7, c=3, d=4, e=5)


def positional_only(a, b=3, /, c=4):
    return a + b + c


@case
def positional_only_arguments():
    return of(positional_only, 1, c=1)


def mutable_default(x, seen=[]):  # noqa: B006
    seen.append(x)
    return list(seen)


@case
def mutable_defaults():
    return lambda: [mutable_default(1), mutable_default(2)][-1][-2:]


def annotated(a: int, b: "str" = "x", *c: float, d: Optional[list[int]] = None) -> dict[str, int]:
    return {b: a}


@case
def annotations():
    return lambda: (annotated(3), annotated.__annotations__["a"], annotated.__annotations__["return"])


@case
def annotation_of_local_class():
    class Local:
        pass

    def f(x: Local) -> Local:
        return x

    return lambda: f.__annotations__["x"].__name__


def documented():
    """Say what it does.

    In two paragraphs.
    """


@case
def docstring():
    return lambda: documented.__doc__.split()


@case
def names():
    def inner():
        pass

    return lambda: (plain.__name__, inner.__qualname__, inner.__module__ == names_module)


names_module = __name__


def with_attributes():
    return with_attributes.calls


with_attributes.calls = 7


@case
def attributes():
    return with_attributes


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


@case
def recursion():
    return of(factorial, 10)


def is_even(n):
    return n == 0 or is_odd(n - 1)


def is_odd(n):
    return n != 0 and is_even(n - 1)


@case
def mutual_recursion():
    return lambda: [is_even(7), is_odd(7)]


@case
def local_recursion():
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    return of(fib, 10)


@case
def local_mutual_recursion():
    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n != 0 and even(n - 1)

    return of(even, 10)


def calls_helpers(x):
    return plain(x) + sum(map_twice(plain, [x]))


@case
def helpers():
    return of(calls_helpers, 2)


def counts():
    global COUNTER
    COUNTER += 1
    return COUNTER > 0


COUNTER = 0


@case
def global_statement():
    return counts


@case
def global_function_in_function():
    def make():
        global made_global

        def made_global(n):
            return 0 if n == 0 else 1 + made_global(n - 1)

    make()
    return of(made_global, 3)


def imports_inside():
    import json
    import os.path as path
    from math import pi

    return json.dumps({"a": [1]}), path.join("a", "b"), round(pi, 3)


@case
def imports():
    return imports_inside


@case
def modules_as_globals():
    return lambda: (math.floor(2.5), re.sub("a", "b", "cat"), operator.add(1, 2), collections.Counter("aab")["a"])


@case
def missing_global():
    def f():
        try:
            return no_such_name
        except NameError as exc:
            return str(exc)

    return f


@case
def container_globals():
    return lambda: sorted(TABLE.items())


# Lambdas


@case
def lambda_plain():
    return lambda: LIMIT + 1


@case
def lambdas_on_one_line():
    a, b, c = (lambda x: x + 1), (lambda x: x + 2), (lambda x: x + 3)
    return lambda: (a(1), b(1), c(1))


@case
def lambda_in_lambda():
    return (lambda x: lambda: (lambda y: y + x)(1))(2)


@case
def lambda_over_lines():
    return lambda: [
        value
        for value in range(5)
        if value % 2  # odd ones
    ]


@case
def lambda_defaults():
    fs = [lambda x, i=i: x * i for i in range(4)]
    return lambda: [f(2) for f in fs]


@case
def lambda_in_comprehension():
    fs = [lambda: i for i in range(3)]
    return lambda: [f() for f in fs]


@case
def lambda_in_generator_expression():
    fs = list((lambda: i) for i in range(3))  # noqa: C400
    return lambda: [f() for f in fs]


@case
def lambda_in_dict():
    table = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}
    return lambda: [table[key](5, 3) for key in "+-*"]


@case
def lambda_as_default():
    def f(g=lambda x: x + LIMIT, /, *, h=lambda: 1):
        return g(1) + h()

    return f


@case
def lambda_in_decorator():
    return decorated_by_lambda


def apply(f):
    return lambda g: functools.wraps(g)(lambda *args: f(g(*args)))


@apply(lambda x: x + 5)
@apply(lambda x: x * 2)
def decorated_by_lambda(x=3):
    return x


MODULE_LAMBDAS = [lambda: i for i in range(3)]


@case
def lambda_in_module_comprehension():
    return lambda: [f() for f in MODULE_LAMBDAS]


@case
def lambda_walrus_and_conditional():
    return lambda: (y := 5) and (y if y > 3 else None)


@case
def lambda_with_non_ascii_before():
    ä, f = "ü€𝄞", (lambda: "é")
    return lambda: ä + f()


# Closures


@case
def closure():
    k, words = 3, ["a", "b"]

    def inner(x):
        return x * k, words

    return of(inner, 2)


@case
def closure_of_closure():
    def outer(a):
        def middle(b):
            def inner(c):
                return a, b, c

            return inner

        return middle

    return of(outer(1)(2), 3)


@case
def closure_with_nonlocal():
    count = 0

    def step():
        nonlocal count
        count += 1
        return count

    return lambda: [step(), step()][1] - step()


@case
def closure_with_empty_cell():
    def f():
        try:
            return later
        except NameError as exc:
            return type(exc).__name__

    def g():
        return f()

    result = g
    if result is None:
        later = 1
    return result


@case
def closure_makes_functions():
    base = 10

    def make(n):
        def add(x):
            return x + n + base

        return add

    return lambda: make(5)(1)


@case
def closure_in_loop():
    fs = []
    for i in range(3):

        def f(x, i=i):
            return x + i

        fs.append(f)
    return lambda: [f(1) for f in fs]


@case
def comprehensions_inside():
    n = 3

    def f():
        return (
            [x * n for x in range(n)],
            {x: n for x in range(2)},
            {x + n for x in range(2)},
            sum(x * n for x in (1, 2)),
        )

    return f


@case
def class_inside_function():
    def f(x):
        class Local:
            size = LIMIT

            def double(self):
                return x * 2 + self.size

        return Local().double()

    return of(f, 3)


if LIMIT:

    def defined_in_if(x):
        return f"""a
  text over lines {x}
"""


@case
def function_in_if_with_string_over_lines():
    return of(defined_in_if, 1)


try:

    def defined_in_try():
        # a comment
        return "try"

except ImportError:

    def defined_in_try():
        return "except"


@case
def function_in_try():
    return defined_in_try


@case
def statements():
    def f(values):
        total = 0
        for value in values:
            try:
                total += 1 // value
            except ZeroDivisionError:
                total += 100
            else:
                total += 10
            finally:
                total += 1000
        while total > 0:
            total -= 997
            if total < 50:
                break
        else:
            total = -1
        with contextlib.suppress(ValueError):
            raise ValueError
        match values:
            case [first, *_]:
                return first, total
        return None

    return of(f, [0, 1, 2])


@case
def f_strings():
    return lambda: f"{LIMIT:>5} {LIMIT!r} {LIMIT=} {'x' * 2} {[n for n in range(2)]}"


@case
def constants():
    return lambda: (1, 1.0, True, -0.0, 1j, b"\x00", "\N{BULLET}", ..., None, (1, (2.0, False)), 3 in {1, 2, 3})


@case
def assertion():
    def f(x):
        try:
            assert x, "no x"
        except AssertionError as exc:
            return str(exc)

    return of(f, 0)


# Generators and coroutines


def count_up(n) -> Iterator[int]:
    got = None
    for i in range(n):
        got = yield i if got is None else got
    return "end"


@case
def generator():
    return lambda: list(count_up(3))


@case
def generator_delegates():
    def outer():
        result = yield from count_up(2)
        yield result

    return lambda: list(outer())


async def add_later(a, b):
    await asyncio.sleep(0)
    return a + b


@case
def coroutine():
    return lambda: asyncio.run(add_later(1, 2))


@case
def coroutine_with_async_comprehension():
    async def numbers():
        for i in range(3):
            yield i

    async def collect():
        async with contextlib.AsyncExitStack():
            return [i async for i in numbers()]

    return lambda: asyncio.run(collect())


# Decorators


def logged(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return [f.__name__, f(*args, **kwargs)]

    return wrapper


def times(n):
    def decorate(f):
        @functools.wraps(f)
        def wrapper(*args):
            return [f(*args) for _ in range(n)]

        return wrapper

    return decorate


@logged
@times(2)
def decorated(x):
    """Decorated twice."""
    return x + 1


@case
def decorators():
    return lambda: (decorated(1), decorated.__name__, decorated.__doc__, decorated.__wrapped__.__wrapped__(1))


@times(
    n=3,
)
# a comment between
@logged
def decorated_over_lines(x):
    return x


@case
def decorators_over_lines():
    return of(decorated_over_lines, 0)


@contextlib.contextmanager
def managed(log):
    log.append("in")
    yield log
    log.append("out")


@case
def context_manager():
    def f():
        log = []
        with managed(log):
            log.append("body")
        return log

    return f


@case
def decorator_class():
    class Counted:
        def __init__(self, f):
            self.f, self.n = f, 0

        def __call__(self, *args):
            self.n += 1
            return self.n, self.f(*args)

    @Counted
    def f(x):
        return x + 1

    return of(f, 1)


@case
def partials():
    def f(a, b, *, c):
        return a, b, c

    return of(functools.partial(f, 1, c=3), 2)


@case
def partial_of_method():
    class A:
        def f(self, x):
            return x + 1

    return of(A().f, 1)


# Classes


class Base:
    """A base."""

    kind = "base"
    table: ClassVar[dict[str, int]] = {"a": 1}

    def __init__(self, x):
        self.x = x

    def get(self):
        return self.x

    def __eq__(self, other):
        return type(other) is type(self) and other.x == self.x

    def __hash__(self):
        return hash(self.x)

    def __repr__(self):
        return f"{type(self).__name__}({self.x})"


class Derived(Base):
    kind = "derived"

    def __init__(self, x):
        super().__init__(x + 1)

    def get(self):
        return ["derived", super().get(), __class__.__name__]

    @property
    def size(self):
        """The size."""
        return self.x * LIMIT

    @size.setter
    def size(self, value):
        self.x = value // LIMIT

    @classmethod
    def make(cls, x):
        return cls(x)

    @staticmethod
    def twice(x):
        return x * 2


@case
def class_by_value():
    return lambda: (Base(1).get(), Base.__doc__, Base.__name__, Base.__qualname__, Base.table)


@case
def class_with_super():
    return lambda: Derived(1).get()


@case
def class_property():
    def f():
        d = Derived(1)
        before = d.size
        d.size = 50
        return before, d.x, Derived.size.__doc__

    return f


@case
def class_methods():
    return lambda: (Derived.make(3).x, Derived.twice(4), Derived(0).twice(2))


@case
def instance():
    d = Derived(5)
    return lambda: (d.get(), d == Derived(5), {d: 1}[Derived(5)], repr(d))


@case
def bound_method():
    return Derived(2).get


@case
def class_method_by_itself():
    return of(Derived.make(1).twice, 3)


@case
def method_as_function():
    method = Derived.get
    return lambda: method(Derived(1))


@case
def local_class_with_closure():
    factor = 3

    class Local(Base):
        def get(self):
            return super().get() * factor

    return lambda: Local(2).get()


@case
def nested_class():
    class Outer:
        class Inner:
            def name(self):
                return __class__.__qualname__

        def inner(self):
            return self.Inner().name()

    return lambda: Outer().inner()


@case
def private_names():
    class A:
        __secret = 4

        def __hidden(self):
            return self.__secret

        def get(self):
            def inner():
                return self.__hidden() + A.__secret

            return inner() + (lambda: self.__secret)()

    return lambda: A().get()


@case
def multiple_inheritance():
    class Left(Base):
        def get(self):
            return ["left", super().get()]

    class Right(Base):
        def get(self):
            return ["right", super().get()]

    class Both(Left, Right):
        pass

    return lambda: (Both(1).get(), [c.__name__ for c in Both.__mro__])


@case
def super_in_nested_function():
    class A(Base):
        def get(self):
            def inner():
                return super(A, self).get()

            return [inner() for _ in range(2)], super().get()

    return lambda: A(4).get()


@case
def class_that_refers_to_itself():
    class Node:
        def __init__(self, depth):
            self.child = Node(depth - 1) if depth else None

        def depth(self):
            return 1 + (self.child.depth() if self.child else 0)

    return lambda: Node(3).depth()


class Left:
    def other(self):
        return Right


class Right:
    def other(self):
        return Left


@case
def classes_that_refer_to_each_other():
    return lambda: (Left().other().__name__, Right().other().__name__, Left().other()().other() is Left)


@case
def slots():
    class Point:
        __slots__ = ("x", "y")

        def __init__(self, x, y):
            self.x, self.y = x, y

        def total(self):
            return self.x + self.y

    p = Point(1, 2)
    return lambda: (p.total(), Point(3, 4).total())


@case
def abstract_class():
    class Shape(abc.ABC):
        @abc.abstractmethod
        def area(self): ...

    class Square(Shape):
        def area(self):
            return 4

    @Shape.register
    class Virtual:
        pass

    def f():
        try:
            Shape()
        except TypeError:
            return Square().area(), isinstance(Virtual(), Shape)

    return f


@case
def metaclass():
    class Meta(type):
        def __new__(mcs, name, bases, namespace):
            return super().__new__(mcs, name, bases, {**namespace, "tag": name.lower()})

        def __len__(cls):
            return 3

    class A(metaclass=Meta):
        pass

    return lambda: (A.tag, len(A))


@case
def init_subclass():
    class Plugin:
        names: ClassVar[list] = []

        def __init_subclass__(cls, **kwargs):
            cls.names.append(cls.__name__)

    def f():
        class Later(Plugin):
            pass

        return Plugin.names[-1]

    return f


@case
def descriptors():
    class Positive:
        def __set_name__(self, owner, name):
            self.name = "_" + name

        def __get__(self, obj, owner=None):
            return self if obj is None else getattr(obj, self.name, 0)

        def __set__(self, obj, value):
            setattr(obj, self.name, abs(value))

    class A:
        x = Positive()

    def f():
        a = A()
        a.x = -3
        return a.x

    return f


@case
def cached_property():
    class A:
        calls = 0

        @functools.cached_property
        def value(self):
            self.calls += 1
            return self.calls

    def f():
        a = A()
        return a.value, a.value

    return f


@case
def callable_and_context():
    class A:
        def __call__(self, x):
            return x

        def __enter__(self):
            return self

        def __exit__(self, *exc):
            return True

        def __iter__(self):
            yield from (1, 2)

        def __getitem__(self, key):
            return key

    def f():
        with A() as a:
            return a(1), list(a), a[1:2]

    return f


@case
def generic_class():
    class Box(Generic[T]):
        def __init__(self, item: T):
            self.item = item

        def get(self) -> T:
            return self.item

    return lambda: (Box(3).get(), Box[int](4).get())


@case
def protocol():
    @typing.runtime_checkable
    class HasArea(Protocol):
        def area(self) -> int: ...

    class Square:
        def area(self):
            return 1

    return lambda: (isinstance(Square(), HasArea), isinstance(3, HasArea))


class CustomError(ValueError):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code


@case
def exceptions():
    def f():
        try:
            raise CustomError(4)
        except ValueError as exc:
            return str(exc), exc.code

    return f


@case
def exception_instance():
    class Plain(Exception):
        code = 3

    error = Plain("a", 5)
    return lambda: (type(error).__name__, error.args, error.code)


@case
def method_borrowed_from_another_class():
    class A:
        def name(self):
            return type(self).__name__

    class B:
        name = A.name
        also = plain

    return lambda: (B().name(), B.also(2))


@case
def methods_made_by_decorator():
    class A:
        @logged
        def f(self, x):
            return x

        @classmethod
        @logged
        def g(cls):
            return cls.__name__

        h = functools.partialmethod(f, 3)

    return lambda: (A().f(1), A.g(), A().h())


@case
def total_ordering():
    @functools.total_ordering
    class A:
        def __init__(self, x):
            self.x = x

        def __eq__(self, other):
            return self.x == other.x

        def __lt__(self, other):
            return self.x < other.x

    return lambda: (A(1) <= A(1), A(2) > A(1), max([A(1), A(3)], key=lambda a: a.x).x)


@case
def class_lambda_attribute():
    class A:
        key = lambda self, x: x + 1  # noqa: E731
        keys = [lambda: i for i in range(2)]  # noqa: RUF012

    return lambda: (A().key(1), [f() for f in A.keys])


# Dataclasses


@dataclasses.dataclass
class Point:
    """A point."""

    x: int
    y: float = 1.5
    tags: list = dataclasses.field(default_factory=list, repr=False)

    def total(self):
        return self.x + self.y


@dataclasses.dataclass(frozen=True, order=True)
class Frozen:
    a: int
    b: str = "b"


@dataclasses.dataclass
class Point3(Point):
    z: int = 0
    w: int = dataclasses.field(default=9, kw_only=True)

    def total(self):
        return super().total() + self.z


@case
def dataclass():
    return lambda: (Point(1), Point(1) == Point(1), Point(2, tags=[1]).tags, Point(1).total(), Point.__doc__)


@case
def dataclass_instance():
    p = Point(3, 4.0, ["a"])
    return lambda: (p, p == Point(3, 4.0, ["a"]), dataclasses.asdict(p), dataclasses.replace(p, x=5))


@case
def dataclass_frozen():
    def f():
        try:
            Frozen(1).a = 2
        except dataclasses.FrozenInstanceError as exc:
            return str(exc), Frozen(1) < Frozen(2), hash(Frozen(1)) == hash(Frozen(1)), {Frozen(1): 2}[Frozen(1)]

    return f


@case
def dataclass_inheritance():
    return lambda: (Point3(1, z=2, w=3), Point3(1).total(), [f.name for f in dataclasses.fields(Point3)])


@case
def dataclass_derived_there():
    def f():
        @dataclasses.dataclass
        class More(Point):
            extra: int = 3

        @dataclasses.dataclass
        class Required(Base2):
            second: int

        return More(1), Required(1, 2)

    return f


@dataclasses.dataclass
class Base2:
    first: int


@case
def dataclass_post_init():
    @dataclasses.dataclass
    class A:
        x: int
        scale: dataclasses.InitVar[int] = 2
        n: ClassVar[int] = 5
        y: int = dataclasses.field(init=False)

        def __post_init__(self, scale):
            self.y = self.x * scale * self.n

    return lambda: (A(1), A(1, 3).y, [f.name for f in dataclasses.fields(A)])


@case
def dataclass_slots():
    @dataclasses.dataclass(slots=True)
    class A:
        x: int
        y: int = 2

    return lambda: (A(1), A(1) == A(1, 2))


@case
def dataclass_own_methods():
    @dataclasses.dataclass
    class A:
        x: int

        def __repr__(self):
            return f"<{self.x}>"

        def __eq__(self, other):
            return True

    return lambda: (A(1), A(1) == A(2))


@case
def dataclass_without_init():
    @dataclasses.dataclass(init=False, eq=False)
    class A:
        x: int = 3

    return lambda: (A(), A() == A(), A.__match_args__)


@case
def dataclass_recursive():
    @dataclasses.dataclass
    class Tree:
        value: int
        children: "list[Tree]" = dataclasses.field(default_factory=lambda: [])

        def total(self):
            return self.value + sum(child.total() for child in self.children)

    return lambda: (Tree(1, [Tree(2), Tree(3)]).total(), Tree(1))


@case
def dataclass_made():
    made = dataclasses.make_dataclass("Made", [("x", int), ("y", int, 3)])
    return lambda: made(1)


@case
def dataclass_signature():
    return lambda: (Point.__init__.__annotations__["x"], Point.__init__.__qualname__, Point.__init__.__defaults__[0])


@case
def dataclass_metadata():
    @dataclasses.dataclass
    class A:
        x: int = dataclasses.field(default=1, metadata={"unit": "m"})

    return lambda: dataclasses.fields(A)[0].metadata["unit"]


# Enums and tuples


class Color(enum.Enum):
    RED = 1
    GREEN = "g"
    ROT = 1

    @property
    def lower(self):
        return self.name.lower()

    @classmethod
    def first(cls):
        return next(iter(cls))


class Number(enum.IntEnum):
    ONE = 1
    TWO = enum.auto()


class Permission(enum.Flag):
    R = enum.auto()
    W = enum.auto()
    ALL = R | W


@case
def enum_class():
    return lambda: (
        *(Color.RED.value, Color("g").name, Color["GREEN"].lower, Color.first().name, len(Color)),
        *([m.name for m in Color], Color.ROT is Color.RED, Color.RED in Color),
    )


@case
def enum_member():
    red = Color.RED
    return lambda: (red is Color.RED, red.name, {red: 1}[Color.RED])


@case
def enum_of_integers():
    return lambda: (Number.TWO + 1, Number(1).name, sorted(Number)[0].name, int(Number.ONE))


@case
def enum_of_flags():
    return lambda: ((Permission.R | Permission.W) == Permission.ALL, Permission.R in Permission.ALL, Permission(2).name)


@case
def enum_of_strings():
    class Mode(str, enum.Enum):
        ON = "on"
        OFF = "off"

        def flip(self):
            return Mode.OFF if self is Mode.ON else Mode.ON

    return lambda: (Mode.ON == "on", Mode("off").flip().value, Mode.ON.upper())


@case
def enum_with_init():
    class Planet(enum.Enum):
        EARTH = (5.97e24, 6.37e6)
        MARS = (6.42e23, 3.39e6)

        def __init__(self, mass, radius):
            self.mass = mass
            self.radius = radius

        @property
        def density(self):
            return round(self.mass / self.radius**3)

    return lambda: (Planet.EARTH.density, Planet.MARS.mass)


@case
def enum_with_missing():
    class Size(enum.Enum):
        SMALL = 1
        LARGE = 2

        @classmethod
        def _missing_(cls, value):
            return cls.LARGE

        def __str__(self):
            return f"size {self.value}"

    return lambda: (Size(77).name, str(Size.SMALL))


class Pair(NamedTuple):
    """Two things."""

    left: int
    right: int = 2

    def swapped(self):
        return Pair(self.right, self.left)


@case
def named_tuple():
    return lambda: (Pair(1), Pair(1).swapped().left, Pair._fields, Pair(3)._replace(left=4), Pair(1)._asdict())


@case
def named_tuple_instance():
    p = Pair(5, 6)
    return lambda: (p.left, isinstance(p, Pair), isinstance(p, tuple))


Plain = collections.namedtuple("Plain", "a b", defaults=[3])


@case
def named_tuple_by_function():
    class More(Plain):
        def total(self):
            return self.a + self.b

    return lambda: (Plain(1), More(1, 2).total(), Plain._make([7, 8]).b)


@case
def typed_dict():
    class Movie(typing.TypedDict):
        name: str

    return lambda: Movie(name="x")["name"]


@case
def iterators_of_the_library():
    return lambda: list(itertools.islice(filter(lambda x: x % 2, itertools.count()), 3))


@case
def mixed_graph():
    graph = {"f": plain, "c": Derived, "e": Color.RED, "d": [Point(1), Pair(1)], "l": lambda: Frozen(1)}
    return lambda: (graph["f"](1), graph["c"](1).get(), graph["e"].name, graph["d"], graph["l"]())
