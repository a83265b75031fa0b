from __future__ import annotations

import pickle
from typing import Any

import pytest

from ray_client.api import queries
from ray_client.pickling.unpickler import find_mirrored
from ray_client.util import state
from ray_client.util.state.common import ActorState, StateSchema, TaskState


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What was asked of the driver, which knows one actor."""
    questions: list[tuple[str, dict[str, Any]]] = []

    def query_state(function: str, **arguments: Any) -> Any:
        questions.append((function, arguments))
        actor = ("ActorState", {"actor_id": "ab", "class_name": "A"})
        return [actor] if function.startswith("list_actors") else ["text"] if function == "get_log" else actor

    monkeypatch.setattr(queries, "query_state", query_state)
    return questions


def test_a_list_is_one_of_records(asked: list[tuple[str, dict[str, Any]]]) -> None:
    [actor] = state.list_actors(filters=[("state", "=", "ALIVE")], limit=5)
    assert type(actor) is ActorState
    assert (actor.actor_id, actor["class_name"], actor.get("pid", 0)) == ("ab", "A", 0)
    [(function, arguments)] = asked
    assert (function, arguments["filters"], arguments["limit"]) == ("list_actors", [("state", "=", "ALIVE")], 5)


def test_one_record(asked: list[tuple[str, dict[str, Any]]]) -> None:
    assert state.get_actor("ab") == ActorState(actor_id="ab", class_name="A")
    assert asked[0][1]["id"] == "ab"


def test_a_log_comes_in_pieces_and_is_not_followed(asked: list[tuple[str, dict[str, Any]]]) -> None:
    assert list(state.get_log(actor_id="ab")) == ["text"]
    with pytest.raises(ValueError, match="follow"):
        state.get_log(follow=True)


@pytest.mark.parametrize("name", state.__all__)
def test_every_function_has_its_name_and_says_what_it_does(name: str) -> None:
    function = getattr(state, name)
    assert (function.__name__, function.__module__) == (name, "ray_client.util.state.api")
    assert function.__doc__


def test_a_record_is_its_fields() -> None:
    record = TaskState(name="f")
    record["name"] = "g"
    assert record.asdict() == {"name": "g"}
    assert repr(record) == "TaskState(name='g')"
    assert record != ActorState(name="g")
    with pytest.raises(AttributeError, match="no field 'nope'; it has name"):
        record.nope  # noqa: B018 - the access is the test


def test_a_record_out_of_a_task_is_one_of_ours() -> None:
    cls = find_mirrored("ray.util.state.common", "ActorState")
    assert cls is ActorState
    copied = pickle.loads(pickle.dumps(ActorState(a=1)))
    assert isinstance(copied, StateSchema)
    assert copied.a == 1
