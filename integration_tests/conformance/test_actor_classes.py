"""What a decorated class shows of the class, bound methods as values, and where Ray refuses actors."""

from __future__ import annotations

import types

import pytest

from conformance.api import exceptions, ray
from conformance.marks import since_ray


class Base:
    INHERITED = 3

    @staticmethod
    def twice(x: int) -> int:
        return x * 2


@ray.remote(num_cpus=0)
class Shop(Base):
    """Sells."""

    PRICES = types.MappingProxyType({"tea": 2})
    _discount = 1

    def __init__(self, stock: int = 10) -> None:
        self.stock = stock

    @classmethod
    def price(cls, what: str) -> int:
        return cls.PRICES[what] - cls._discount

    @property
    def is_open(self) -> bool:
        return self.stock > 0

    def sell(self, count: int = 1) -> int:
        self.stock -= count
        return self.stock

    def each(self):
        for number in range(self.stock):  # noqa: UP028 (Ray sends to what it iterates over)
            yield number

    def module(self) -> str:
        return type(self).__module__


@ray.remote(num_cpus=0)
def call(method, *args):
    return ray.get(method.remote(*args))


def test_constants_and_functions_of_the_class() -> None:
    assert (Shop.PRICES["tea"], Shop.INHERITED, Shop._discount) == (2, 3, 1)
    assert (Shop.price("tea"), Shop.twice(4)) == (1, 8)


def test_methods_of_the_class_are_shown() -> None:
    assert callable(Shop.sell)
    assert {"sell", "price", "PRICES", "INHERITED", "remote", "options"} <= set(dir(Shop))
    assert "ActorClass(Shop)" in repr(Shop)


def test_the_class_itself() -> None:
    assert Shop.__ray_actor_class__(5).sell() == 4


def test_the_class_as_tests_without_a_cluster_take_it() -> None:
    found = Shop.__ray_metadata__
    assert found.class_name == "Shop"
    assert found.modified_class(5).sell() == 4
    assert issubclass(found.modified_class, Shop.__ray_actor_class__)

    class Bazaar(found.modified_class):
        def haggle(self) -> str:
            return "done"

    bazaar = ray.remote(num_cpus=0)(Bazaar).remote(5)
    assert ray.get([bazaar.sell.remote(), bazaar.haggle.remote()]) == [4, "done"]


@pytest.mark.parametrize("name", ["nothing", "is_open", "stock"])
def test_what_only_instances_have(name: str) -> None:
    with pytest.raises(AttributeError):
        getattr(Shop, name)


def test_hasattr_of_an_actor_class() -> None:
    assert hasattr(Shop, "sell") and not hasattr(Shop, "buy")


def test_deriving_from_an_actor_class() -> None:
    actor = __import__(f"{ray.__name__}.actor").actor
    with pytest.raises(actor.ActorClassInheritanceException):
        types.new_class("Market", (Shop,))
    assert issubclass(actor.ActorClassInheritanceException, TypeError)


def test_a_bound_method_as_an_argument() -> None:
    shop = Shop.remote(20)
    assert ray.get(call.remote(shop.sell, 5)) == 15
    assert ray.get(call.remote(shop.sell)) == 14


@since_ray("2.49.2", "bound methods of actors in values", client_has_it=True)
def test_a_bound_method_in_a_container_and_a_closure() -> None:
    sell = Shop.remote(20).sell

    @ray.remote(num_cpus=0)
    def in_closure() -> int:
        return ray.get(sell.remote(1))

    @ray.remote(num_cpus=0)
    def in_container(methods: dict) -> int:
        return ray.get(methods["sell"].remote(1))

    assert ray.get(in_closure.remote()) == 19
    assert ray.get(in_container.remote({"sell": sell})) == 18


def test_a_bound_method_with_options() -> None:
    shop = Shop.remote(20)
    assert ray.get(call.remote(shop.sell.options(name="selling"), 5)) == 15


def test_a_bound_method_that_streams() -> None:
    @ray.remote(num_cpus=0)
    def take_all(method) -> list[int]:
        return [ray.get(ref) for ref in method.remote()]

    shop = Shop.remote(3)
    assert ray.get(take_all.remote(shop.each)) == [0, 1, 2]


def test_a_bound_method_comes_back() -> None:
    @ray.remote(num_cpus=0)
    def bound(shop):
        return [shop.sell]

    shop = Shop.remote(20)
    [sell] = ray.get(bound.remote(shop))
    assert ray.get(sell.remote(5)) == 15
    assert ray.get(ray.get(ray.put(shop.sell)).remote(5)) == 10


def test_calling_with_arguments_of_remote() -> None:
    shop = Shop._remote(args=[7], num_cpus=0)
    assert ray.get(shop.sell._remote(kwargs={"count": 2})) == 5
    assert ray.get(call._remote((shop.sell,), {}, num_cpus=0)) == 4


@pytest.mark.parametrize("options", [{}, {"name": "shop"}, {"name": "shop", "get_if_exists": True}])
def test_an_empty_namespace_is_refused(options: dict) -> None:
    with pytest.raises(ValueError, match="not a valid namespace"):
        Shop.options(namespace="", **options).remote()
    with pytest.raises(ValueError, match="not a valid namespace"):
        ray.get_actor("shop", namespace="")


@since_ray("2.55.1", "`ActorAlreadyExistsError`")
def test_a_taken_name_is_refused_at_once() -> None:
    shop = Shop.options(name="taken").remote()
    ray.get(shop.sell.remote())
    with pytest.raises(exceptions.ActorAlreadyExistsError) as caught:
        Shop.options(name="taken").remote()
    assert "taken" in caught.value.error_message


def test_a_class_keeps_the_name_of_its_module() -> None:
    assert ray.get(Shop.remote().module.remote()) == Shop.__ray_actor_class__.__module__
