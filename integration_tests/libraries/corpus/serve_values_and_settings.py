"""Classes that are deployed by a call, values of the program's own types, and settings that are refused."""

import dataclasses
import enum
import os
import typing

import ray
from ray import serve
from ray.serve.config import AutoscalingConfig, HTTPOptions
from ray.serve.schema import LoggingConfig, ServeApplicationSchema

serve.start(proxy_location="Disabled", logging_config=LoggingConfig(log_level="ERROR"))
LITTLE = {"num_cpus": 0.1, "runtime_env": {"env_vars": {"UNIT": "kg"}}}


class Size(enum.Enum):
    SMALL = "s"
    LARGE = "l"


@dataclasses.dataclass
class Order:
    count: int
    size: Size = Size.SMALL
    notes: list = dataclasses.field(default_factory=list)


class Line(typing.NamedTuple):
    text: str
    total: int = 0


class Shop:
    prices: typing.ClassVar = {Size.SMALL: 2, Size.LARGE: 5}

    def __init__(self, first: Order, *, names=(), **more):
        self.first, self.names, self.more = first, names, more

    def __call__(self, order: Order) -> Order:
        count = order.count + self.first.count
        return dataclasses.replace(order, count=count, notes=[*order.notes, os.environ["UNIT"], *self.names])

    def line(self, order: Order) -> Line:
        return Line(order.size.name.lower(), order.count * self.prices[order.size])

    @staticmethod
    def twice(number):
        return number * 2

    @classmethod
    def kind(cls, *args):
        return cls.__name__, len(args)

    def refuse(self):
        raise KeyError("nothing left")


corner = serve.deployment(Shop, name="corner", ray_actor_options=LITTLE)
print(corner.name, corner.func_or_class is Shop, isinstance(corner, serve.Deployment))
handle = serve.run(corner.bind(Order(1), names=["from here"], open=True), name="shop", route_prefix=None)
given = handle.remote(Order(2, Size.LARGE, ["quick"])).result()
print(given, type(given) is Order, given.size is Size.LARGE)
line = handle.line.remote(handle.remote(given)).result()
print(line, type(line) is Line)
print(handle.twice.remote(4).result(), handle.kind.remote(*range(100)).result())
try:
    handle.refuse.remote().result()
except KeyError as error:
    print("KeyError", isinstance(error, ray.exceptions.RayTaskError))

wrong = (
    lambda: AutoscalingConfig(min_replicas=6, max_replicas=5),
    lambda: HTTPOptions(port="none"),
    lambda: LoggingConfig(log_level="LOUD"),
    lambda: ServeApplicationSchema.model_validate({"import_path": "no_application"}),
)
for make in wrong:
    try:
        make().model_dump()
    except ValueError as error:
        print(type(error).__name__, str(error).splitlines()[0])
serve.shutdown()
