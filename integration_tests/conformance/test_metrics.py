"""Metrics of the user's own: made in the program or in a task, counted in either."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.api import ray
from conformance.marks import since_ray

if ray.__name__ == "ray":
    from ray.util.metrics import Counter, Gauge, Histogram
else:
    from ray_client.util.metrics import Counter, Gauge, Histogram

ALL = (Counter, Gauge, Histogram)


def make(cls: Any, name: str = "conformance_metric", **options: Any) -> Any:
    if cls is Histogram:
        options.setdefault("boundaries", [1.0, 2.0])
    return cls(name, description="of a test", **options)


@pytest.mark.parametrize("cls", ALL)
def test_a_metric_describes_itself(cls: Any) -> None:
    info = make(cls, tag_keys=("a",)).info
    assert (info["name"], info["description"], info["tag_keys"]) == ("conformance_metric", "of a test", ("a",))
    assert info["default_tags"] == {}
    assert info.get("boundaries") == ([1.0, 2.0] if cls is Histogram else None)


@pytest.mark.parametrize("cls", ALL)
def test_a_metric_travels_into_a_task(cls: Any) -> None:
    @ray.remote
    def describe(metric: Any) -> tuple[str, str, Any]:
        return type(metric).__module__, type(metric).__name__, metric.info["tag_keys"]

    assert ray.get(describe.remote(make(cls, tag_keys=("a",)))) == ("ray.util.metrics", cls.__name__, ("a",))


@pytest.mark.parametrize(("cls", "method"), [(Counter, "inc"), (Gauge, "set"), (Histogram, "observe")])
def test_a_metric_is_recorded_in_a_task(cls: Any, method: str) -> None:
    @ray.remote
    def record(metric: Any) -> bool:
        getattr(metric, method)(1.5, tags={"a": "b"})
        return True

    assert ray.get(record.remote(make(cls, tag_keys=("a",))))


@pytest.mark.parametrize(("cls", "method"), [(Counter, "inc"), (Gauge, "set"), (Histogram, "observe")])
def test_a_metric_is_recorded_in_the_program(cls: Any, method: str) -> None:
    assert getattr(make(cls), method)(2) is None


@since_ray("2.49.2", "a call on an actor whose handle nobody keeps", client_has_it=True)
def test_a_metric_can_be_made_in_an_actor() -> None:
    @ray.remote
    class Counting:
        def __init__(self) -> None:
            self.counter = Counter("conformance_made_there", tag_keys=("who",)).set_default_tags({"who": "me"})

        def count(self) -> dict[str, Any]:
            self.counter.inc()
            return self.counter.info

    assert ray.get(Counting.remote().count.remote())["default_tags"] == {"who": "me"}


def test_default_tags() -> None:
    counter = Counter("conformance_tags", tag_keys=("a", "b"))
    assert counter.set_default_tags({"a": "1"}) is counter
    counter.inc(1, tags={"b": "2"})
    with pytest.raises(ValueError, match="b"):
        counter.inc()


@pytest.mark.parametrize(
    ("tags", "error"), [({"c": "1"}, ValueError), ({"a": 1}, TypeError)], ids=["unknown", "no string"]
)
def test_wrong_default_tags_are_refused(tags: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Counter("conformance_tags", tag_keys=("a",)).set_default_tags(tags)


@pytest.mark.parametrize("value", [0, -1])
def test_a_counter_only_grows(value: int) -> None:
    with pytest.raises(ValueError, match="value must be >0"):
        Counter("conformance_counter").inc(value)


@pytest.mark.parametrize(("cls", "method"), [(Counter, "inc"), (Gauge, "set"), (Histogram, "observe")])
def test_a_value_is_a_number(cls: Any, method: str) -> None:
    with pytest.raises(TypeError):
        getattr(make(cls), method)("1")


def test_a_gauge_may_be_set_to_nothing() -> None:
    Gauge("conformance_gauge").set(None)


@pytest.mark.parametrize("boundaries", [None, [], [0.0, 1.0], [-1.0]])
def test_a_histogram_needs_boundaries(boundaries: Any) -> None:
    with pytest.raises(ValueError, match="boundaries"):
        Histogram("conformance_histogram", boundaries=boundaries)


@pytest.mark.parametrize("keys", [["a"], "a", (1,)])
def test_tag_keys_are_a_tuple_of_strings(keys: Any) -> None:
    with pytest.raises(TypeError):
        Counter("conformance_counter", tag_keys=keys)


def test_a_metric_has_a_name() -> None:
    with pytest.raises(ValueError, match="name"):
        Counter("")


@since_ray("2.46.0", "a warning of names that a metric cannot have", client_has_it=True)
def test_a_name_that_cannot_be_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="Invalid metric name"):
        Counter("1-no-name")
