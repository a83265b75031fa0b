"""The same cases, inside this interpreter: on the way that another Python takes, and with cloudpickle alone."""

from __future__ import annotations

import pickle

import cloudpickle
import crossing
import pytest
from cloudpickle import cloudpickle as cloudpickle_parts

from ray_client_proto.code import classes

# The module that is sent must not be the one that is imported where it is read; so nothing finds it by its name.
import cases  # isort: skip

cloudpickle.register_pickle_by_value(cases)

#: What cloudpickle itself does not do on every Python: it sends locks, and loses what enums set on members, qualified
#: names of classes, the identity of `dataclasses.MISSING`, and globals that only the body of an inner class reads.
BEYOND_CLOUDPICKLE = {
    *("cached_property", "enum_with_init", "dataclass_derived_there", "class_inside_function", "nested_class"),
    *("dataclass_post_init", "dataclass_recursive", "dataclass_slots", "dataclass_without_init"),
}
if not hasattr(cloudpickle_parts, "_dataclass_field_base_reduce"):  # an old one: nor fields and named tuples
    BEYOND_CLOUDPICKLE |= {"dataclass_inheritance", "dataclass_instance", "dataclass_metadata", "mixed_graph"}
    BEYOND_CLOUDPICKLE |= {"named_tuple", "named_tuple_instance"}


def forget_classes() -> None:
    """Have the classes that were sent built anew, as another process would."""
    cloudpickle_parts._DYNAMIC_CLASS_TRACKER_BY_ID.clear()
    cloudpickle_parts._DYNAMIC_CLASS_TRACKER_BY_CLASS.clear()
    classes._sent.clear()


@pytest.mark.parametrize("name", cases.CASES)
def test_as_source(name: str) -> None:
    data = crossing.dump(cases.CASES[name](), (3, 99))
    assert b"co_code" not in data
    forget_classes()
    assert crossing.shown(crossing.load(data)) == crossing.shown(cases.CASES[name]())


@pytest.mark.parametrize("name", sorted(cases.CASES.keys() - BEYOND_CLOUDPICKLE))
def test_with_equal_minor_versions(name: str) -> None:
    data = cloudpickle.dumps(cases.CASES[name](), 5)
    forget_classes()
    assert crossing.shown(pickle.loads(data)) == crossing.shown(cases.CASES[name]())
