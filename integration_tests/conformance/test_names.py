"""Names that programs find in Ray's modules without being told of them: attributes, aliases, ids as bytes."""

from __future__ import annotations

import importlib
import io
import pickle
import threading

import pytest

from conformance.api import exceptions, ray
from conformance.marks import since_ray


def module(name: str):
    return importlib.import_module(f"{ray.__name__}.{name}")


@ray.remote(num_cpus=0)
class Numbers:
    def __init__(self, start: int = 0) -> None:
        self.start = start

    def add(self, x: int) -> int:
        return self.start + x

    def get_actor_metadata(self) -> str:
        return f"from {self.start}"


@pytest.mark.parametrize("name", ["scheduling_strategies", "actor_pool", "accelerators", "serialization", "debug"])
def test_modules_of_util_are_attributes(name: str) -> None:
    assert getattr(ray.util, name) is module(f"util.{name}")


def test_a_function_of_the_name_of_its_module() -> None:
    group = module("util.placement_group")
    assert ray.util.placement_group is group.placement_group
    assert {"PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD"} == group.VALID_PLACEMENT_GROUP_STRATEGIES


@since_ray("2.55.1", "the reference of an empty placement group", client_has_it=True)
def test_no_placement_group() -> None:
    group = module("util.placement_group")
    nothing = group.PlacementGroup.empty()
    assert nothing.is_empty
    assert ray.get(nothing.ready()).is_empty
    with pytest.raises(ValueError, match="-1"):
        group.check_placement_group_index(nothing, 0)


def test_the_index_of_a_bundle() -> None:
    group = module("util.placement_group")
    one = ray.util.placement_group([{"CPU": 0.001}])
    assert not one.is_empty
    group.check_placement_group_index(one, 0)
    with pytest.raises(ValueError, match="index 3"):
        group.check_placement_group_index(one, 3)
    ray.util.remove_placement_group(one)


def test_cloudpickle_pickles_what_is_local() -> None:
    number = 4
    assert ray.cloudpickle.loads(ray.cloudpickle.dumps(lambda x: x + number))(1) == 5
    file = io.BytesIO()
    ray.cloudpickle.dump(lambda: number, file)
    file.seek(0)
    assert ray.cloudpickle.load(file)() == 4
    assert issubclass(ray.cloudpickle.Pickler, pickle.Pickler)
    with pytest.raises(TypeError, match="dumps"):
        ray.cloudpickle.dumps_debug(threading.Lock())


def test_cloudpickle_knows_references() -> None:
    ref = ray.put(5)
    pickled = ray.cloudpickle.dumps({"inside": ref})
    assert ray.cloudpickle.loads(pickled)["inside"] == ref
    del ref
    assert ray.get(pickle.loads(pickled)["inside"]) == 5  # what was pickled is kept


def test_cloudpickle_knows_actors() -> None:
    @ray.remote(num_cpus=0)
    class Counter:
        def count(self) -> int:
            return 1

    pickled = ray.cloudpickle.dumps(Counter.remote())
    assert ray.get(ray.cloudpickle.loads(pickled).count.remote()) == 1


def test_cloudpickle_on_the_cluster() -> None:
    @ray.remote(num_cpus=0)
    def load(pickled: bytes) -> int:
        return ray.cloudpickle.loads(pickled)(3)

    assert ray.get(load.remote(ray.cloudpickle.dumps(lambda x: x * 2))) == 6


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_group_of_actors() -> None:
    group = module("util.actor_group").ActorGroup(
        Numbers.__ray_actor_class__, num_actors=2, num_cpus_per_actor=0, init_kwargs={"start": 10}
    )
    assert len(group) == 2
    assert ray.get(group.add.remote(1)) == [11, 11]
    assert group.actor_metadata == ["from 10", "from 10"]
    assert ray.get(group[0].actor.add.remote(2)) == 12
    with pytest.raises(TypeError, match="remote"):
        group.add(1)
    with pytest.raises(RuntimeError):
        group.start()
    group.remove_actors([0])
    assert len(group) == 1
    group.shutdown()
    with pytest.raises(RuntimeError, match="start"):
        _ = group.add


def test_names_of_the_compiled_module() -> None:
    raylet = module("_raylet")
    assert raylet.ObjectRef is ray.ObjectRef
    assert raylet.ObjectRefGenerator is ray.ObjectRefGenerator
    assert isinstance(ray.put(1), raylet.ObjectRef)


def test_a_reference_of_bytes() -> None:
    ref = ray.put("value")
    again = ray.ObjectRef(ref.binary())
    assert again == ref
    assert hash(again) == hash(ref)
    assert ray.get(again) == "value"
    assert again.hex() == ref.hex()
    assert again.task_id() == ref.task_id()
    assert again.job_id() == ref.job_id()
    assert ray.wait([again])[0] == [ref]


def test_a_reference_of_bytes_as_an_argument() -> None:
    @ray.remote(num_cpus=0)
    def same(x: str) -> str:
        return x

    ref = same.remote("value")
    assert ray.get(same.remote(ray.ObjectRef(ref.binary()))) == "value"


@since_ray("2.52.1", "`ObjectRef.size` of the class", client_has_it=True)
def test_no_reference() -> None:
    assert ray.ObjectRef.nil().is_nil()
    assert not ray.put(1).is_nil()
    assert ray.ObjectRef.size() == len(ray.ObjectRef.from_random().binary()) == 28


def test_a_reference_of_other_bytes() -> None:
    with pytest.raises(exceptions.GetTimeoutError):
        ray.get(ray.ObjectRef(b"a" * 28), timeout=0.1)


def test_a_generator_knows_that_it_is_finished() -> None:
    @ray.remote(num_cpus=0)
    def numbers():
        yield 1

    generator = numbers.remote()
    assert not generator.is_finished()
    assert ray.get(next(generator)) == 1
    with pytest.raises(StopIteration):
        next(generator)
    assert generator.is_finished()
    assert not generator.next_ready()


def test_a_generator_is_finished_before_its_end_is_asked_for() -> None:
    @ray.remote(num_cpus=0)
    def numbers():
        yield 1
        yield 2

    generator = numbers.remote()
    ray.get(generator.completed())
    taken = []
    while not generator.is_finished():
        assert generator.next_ready()
        taken.append(ray.get(next(generator)))
    assert taken == [1, 2]
    assert not generator.next_ready()


def test_a_generator_that_fails_is_finished_when_its_error_is_taken() -> None:
    @ray.remote(num_cpus=0)
    def numbers():
        yield 1
        raise KeyError("k")

    generator = numbers.remote()
    ray.wait([generator.completed()])
    assert ray.get(next(generator)) == 1
    assert not generator.is_finished()
    failed = next(generator)
    with pytest.raises(KeyError):
        ray.get(failed)
    assert generator.is_finished()


def test_marks_of_interfaces() -> None:
    annotations = module("util.annotations")
    assert ray.util.annotations is annotations
    assert ray.util.PublicAPI is annotations.PublicAPI
    with pytest.raises(ValueError, match="since"):
        annotations.Deprecated(since="2.0")


def test_settings_of_a_job_from_json() -> None:
    given = {"metadata": {"a": "b"}, "ray_namespace": "n", "runtime_env": {"env_vars": {"A": "1"}}}
    config = module("job_config").JobConfig.from_json(given)
    assert (config.metadata, config.ray_namespace) == (given["metadata"], "n")
    assert config.runtime_env["env_vars"] == {"A": "1"}


@pytest.mark.parametrize("name", ["send", "throw"])
def test_what_a_generator_cannot(name: str) -> None:
    @ray.remote(num_cpus=0)
    def numbers():
        yield 1

    with pytest.raises(NotImplementedError):
        getattr(numbers.remote(), name)(None)


def test_an_error_of_both_kinds() -> None:
    error = exceptions.RayTaskError("f", "Traceback: here", KeyError("k"))
    dual = error.make_dual_exception_instance()
    assert isinstance(dual, KeyError)
    assert isinstance(dual, exceptions.RayTaskError)
    assert dual.cause.args == ("k",)


def test_settings_of_a_job_travel() -> None:
    config = ray.get(ray.put(ray.job_config.JobConfig(metadata={"a": "b"}, ray_namespace="there")))
    again = ray.get(ray.remote(lambda config: [config]).remote(config))[0]
    assert type(again) is ray.job_config.JobConfig
    assert (again.metadata, again.ray_namespace) == ({"a": "b"}, "there")
