"""What travels, and how a class says so itself: `__reduce__`, registered serializers, closures, lambdas, locals."""

import collections
import datetime
import decimal
import threading

import ray
from ray.util import deregister_serializer, register_serializer

ray.init()


class Connection:
    """Holds a lock, which cannot travel; only its address does."""

    def __init__(self, address):
        self.address = address
        self.lock = threading.Lock()

    def __reduce__(self):
        return Connection, (self.address,)


class Sealed:
    def __init__(self, text):
        self.text = text
        self.lock = threading.Lock()


@ray.remote
def identity(value):
    return value


@ray.remote
def read(sealed):
    return sealed.text


values = [
    None,
    {1, 2},
    b"bytes",
    decimal.Decimal("1.10"),
    datetime.date(2024, 2, 29),
    collections.OrderedDict(a=1),
    range(3),
    1 + 2j,
    "\u00fc\u4e2d\U0001f600",
    frozenset(["x"]),
    slice(1, 2),
    ...,
]
print(all(ray.get(identity.remote(value)) == value for value in values))
print(ray.get(identity.remote(Connection("host:1"))).address)

try:
    identity.remote(Sealed("secret"))
except TypeError:
    print("cannot travel")

register_serializer(Sealed, serializer=lambda sealed: sealed.text[::-1], deserializer=lambda text: Sealed(text[::-1]))
print(ray.get(read.remote(Sealed("secret"))))
deregister_serializer(Sealed)
try:
    ray.put(Sealed("again"))
except TypeError:
    print("cannot travel")

offset = 10
print(ray.get(identity.remote(lambda x: x + offset))(5))


def make(factor):
    class Scaled:
        def __call__(self, x):
            return x * factor

    return Scaled()


print(ray.get(identity.remote(make(3)))(4), ray.get(ray.put(make("ab")))(2))
