"""The state of the cluster, as its dashboard has it: `ray.util.state`. The cluster learns of things a little late."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cluster import Head
from processes import poll

from conformance.api import IS_NATIVE, ray
from conformance.marks import since_ray

state = importlib.import_module(f"{ray.__name__}.util.state")
StateError = importlib.import_module(f"{ray.__name__}.util.state.exception").RayStateApiException

pytestmark = pytest.mark.timeout(240)  # a dashboard is ten processes, each of which imports Ray

LATE_S = 60


@pytest.fixture(scope="module")
def head() -> Iterator[Head]:
    """A head with a dashboard, in the place of the run's own."""
    head = Head.start(with_dashboard=True, env={"PYTHONPATH": os.path.dirname(__file__) + "/.."} if IS_NATIVE else {})
    if IS_NATIVE:
        os.environ["RAY_ADDRESS"] = head.address  # else Ray asks which of the clusters on this machine is meant
    try:
        yield head
    finally:
        os.environ.pop("RAY_ADDRESS", None)
        head.close()


def eventually(ask: Callable[[], Any]) -> Any:
    """Give the first answer that is not empty; a busy cluster may refuse some questions before it."""
    answers = []

    def has_answer() -> bool:
        try:
            answers.append(ask())
        except StateError as error:
            answers.append(error)
            return False
        return bool(answers[-1])

    assert poll(has_answer, LATE_S, every_s=0.2), answers[-1]
    return answers[-1]


@ray.remote
class Speaker:
    def pid(self) -> int:
        return os.getpid()

    def say(self, text: str) -> None:
        print(text, flush=True)  # noqa: T201 - it is what the log shall have


@ray.remote
class Listener:
    pass


@pytest.fixture(scope="module")
def speaker(session: None) -> Any:
    speaker = Speaker.options(name="speaker").remote()
    ray.get(speaker.pid.remote())
    return speaker


def the_actor(**filters: Any) -> Any:
    """The one actor for which all of these hold, once it is there."""
    [found] = eventually(lambda: state.list_actors(filters=[(key, "=", value) for key, value in filters.items()]))
    return found


def test_a_node() -> None:
    [node] = state.list_nodes()
    assert node.node_id == ray.get_runtime_context().get_node_id()
    assert node.state == "ALIVE"
    assert node.is_head_node is True
    assert node.resources_total["CPU"] == 4


def test_a_record_reads_like_a_dictionary() -> None:
    [node] = state.list_nodes()
    assert node["node_id"] == node.node_id == node.get("node_id")
    assert node.get("nothing", 7) == 7
    assert node.asdict()["resources_total"] == node.resources_total


def test_a_field_can_be_set() -> None:
    [node] = state.list_nodes()
    node["state"] = "MINE"
    assert node.state == "MINE"


def test_one_node() -> None:
    node_id = ray.get_runtime_context().get_node_id()
    assert state.get_node(node_id).node_id == node_id


@pytest.mark.parametrize(
    ("kind", "id_bytes"),
    [("actor", 16), ("node", 28), ("placement_group", 18), ("task", 24), ("worker", 28), ("job", 4)],
)
def test_what_is_not_there_is_none(kind: str, id_bytes: int) -> None:
    assert getattr(state, f"get_{kind}")("ab" * id_bytes) is None


def test_details_are_left_out_unless_asked_for() -> None:
    assert state.list_nodes()[0].start_time_ms is None
    assert state.list_nodes(detail=True)[0].start_time_ms is not None


def test_an_actor(speaker: Any) -> None:
    actor = the_actor(name="speaker")
    assert actor.class_name == "Speaker"
    assert actor.state == "ALIVE"
    assert actor.actor_id == speaker._actor_id.hex()
    assert actor.job_id == ray.get_runtime_context().get_job_id()
    assert actor.ray_namespace == "conformance-test_state"
    assert actor.pid == ray.get(speaker.pid.remote())


def test_one_actor_with_its_details(speaker: Any) -> None:
    actor = state.get_actor(speaker._actor_id.hex())
    assert (actor.name, actor.is_detached) == ("speaker", False)


def test_an_actor_that_was_killed() -> None:
    listener = Listener.remote()
    ray.get(listener.__ray_ready__.remote())
    ray.kill(listener)
    eventually(lambda: state.get_actor(listener._actor_id.hex()).state == "DEAD")


def test_all_filters_must_hold(speaker: Any) -> None:
    the_actor(name="speaker", class_name="Speaker")
    assert state.list_actors(filters=[("name", "=", "speaker"), ("class_name", "=", "Listener")]) == []


def test_a_filter_for_what_is_not(speaker: Any) -> None:
    the_actor(name="speaker")
    assert "speaker" not in [actor.name for actor in state.list_actors(filters=[("name", "!=", "speaker")])]


def test_a_filter_with_another_predicate_is_refused() -> None:
    with pytest.raises(ValueError, match="predicate"):
        state.list_actors(filters=[("name", "<", "speaker")])


def test_a_filter_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError):
        state.list_actors(filters=[("name", "speaker")])


def test_a_filter_on_a_field_that_has_none_is_refused(speaker: Any) -> None:
    the_actor(name="speaker")  # with nothing to look at, Ray does not look
    with pytest.raises(StateError):
        state.list_actors(filters=[("death_cause", "=", "x")])


@pytest.mark.filterwarnings("ignore:Limit last")
def test_a_limit() -> None:
    listeners = [Listener.remote() for _ in range(3)]
    ray.get([listener.__ray_ready__.remote() for listener in listeners])
    mine = [("class_name", "=", "Listener"), ("state", "=", "ALIVE")]
    eventually(lambda: len(state.list_actors(filters=mine)) >= 3)
    assert len(state.list_actors(filters=mine, limit=2)) == 2


def test_a_task_that_has_finished() -> None:
    @ray.remote(name="errand")
    def finish() -> None:
        pass

    ref = finish.remote()
    ray.get(ref)
    filters = [("name", "=", "errand"), ("state", "=", "FINISHED")]
    [task] = eventually(lambda: state.list_tasks(filters=filters))
    assert task.func_or_class_name.endswith("finish")
    assert task.type == "NORMAL_TASK"
    assert task.job_id == ray.get_runtime_context().get_job_id()
    assert task.node_id == ray.get_runtime_context().get_node_id()
    assert task.task_id == ref.task_id().hex()


def test_a_task_by_its_id() -> None:
    @ray.remote
    def finish() -> None:
        pass

    ref = finish.remote()
    ray.get(ref)
    task = eventually(lambda: state.get_task(ref.task_id().hex()))
    assert task.func_or_class_name.endswith("finish")
    assert task.creation_time_ms is not None


def test_a_task_by_its_reference() -> None:
    @ray.remote
    def finish() -> None:
        pass

    ref = finish.remote()
    ray.get(ref)
    assert eventually(lambda: state.get_task(ref)).task_id == ref.task_id().hex()


def test_a_task_that_has_failed() -> None:
    @ray.remote(max_retries=0)
    def fail() -> None:
        raise ValueError("no bread")

    ref = fail.remote()
    with pytest.raises(ValueError):
        ray.get(ref)

    def failed() -> Any:
        task = state.get_task(ref)
        return task if task is not None and task.state == "FAILED" else None

    task = eventually(failed)
    assert task.error_type == "TASK_EXECUTION_EXCEPTION"
    assert "no bread" in task.error_message


def test_calls_of_an_actor(speaker: Any) -> None:
    filters = [("actor_id", "=", speaker._actor_id.hex()), ("type", "=", "ACTOR_TASK"), ("state", "=", "FINISHED")]
    calls = eventually(lambda: state.list_tasks(filters=filters))
    assert {call.name for call in calls} <= {"Speaker.pid", "Speaker.say"}


def test_an_object() -> None:
    ref = ray.put(b"x" * 300_000)
    [found] = eventually(lambda: state.list_objects(filters=[("object_id", "=", ref.hex())]))
    assert found.object_size >= 300_000
    assert found.reference_type == "LOCAL_REFERENCE"


def test_the_references_to_one_object() -> None:
    ref = ray.put(b"y" * 300_000)
    found = eventually(lambda: state.get_objects(ref.hex()))
    assert [record.object_id for record in found] == [ref.hex()]


def test_an_object_that_is_let_go_is_gone() -> None:
    ref = ray.put(b"z" * 300_000)
    object_id = ref.hex()
    eventually(lambda: state.list_objects(filters=[("object_id", "=", object_id)]))
    del ref
    eventually(lambda: not state.list_objects(filters=[("object_id", "=", object_id)]))


def test_a_worker(speaker: Any) -> None:
    pid = ray.get(speaker.pid.remote())
    [worker] = eventually(lambda: state.list_workers(filters=[("pid", "=", pid)]))
    assert worker.is_alive is True
    assert worker.worker_type == "WORKER"
    assert state.get_worker(worker.worker_id).pid == pid


def test_the_job() -> None:
    job_id = ray.get_runtime_context().get_job_id()
    [job] = [job for job in state.list_jobs() if job.job_id == job_id]
    assert job.type == "DRIVER"
    assert job.status == "RUNNING"
    assert job.driver_info.id == job_id
    assert job.asdict()["job_id"] == job_id


def test_a_placement_group() -> None:
    group = ray.util.placement_group([{"CPU": 1}], name="table")
    ray.get(group.ready())
    [found] = eventually(
        lambda: state.list_placement_groups(filters=[("name", "=", "table"), ("state", "=", "CREATED")])
    )
    assert found.placement_group_id == group.id.hex()
    details = state.get_placement_group(found.placement_group_id)
    assert [bundle["unit_resources"]["CPU"] for bundle in details.bundles] == [1]
    ray.util.remove_placement_group(group)
    eventually(lambda: state.get_placement_group(found.placement_group_id).state == "REMOVED")


def test_a_runtime_environment() -> None:
    @ray.remote(runtime_env={"env_vars": {"FLOUR": "rye"}})
    def bake() -> str:
        return os.environ["FLOUR"]

    assert ray.get(bake.remote()) == "rye"
    environments = eventually(
        lambda: [env for env in state.list_runtime_envs() if env.runtime_env.get("env_vars") == {"FLOUR": "rye"}]
    )
    assert environments[0].success is True
    assert environments[0].node_id == ray.get_runtime_context().get_node_id()


def test_events_of_the_cluster() -> None:
    assert isinstance(state.list_cluster_events(), list)


def test_log_files() -> None:
    files = state.list_logs(node_id=ray.get_runtime_context().get_node_id())
    assert any("raylet" in name for names in files.values() for name in names)


def test_log_files_of_a_pattern() -> None:
    files = state.list_logs(node_id=ray.get_runtime_context().get_node_id(), glob_filter="raylet*")
    names = [name for names in files.values() for name in names]
    assert names
    assert all(name.startswith("raylet") for name in names)


def test_a_list_of_log_files_is_that_of_a_node() -> None:
    with pytest.raises(AssertionError, match="node"):
        state.list_logs()


def test_a_log_file() -> None:
    log = "".join(state.get_log(node_id=ray.get_runtime_context().get_node_id(), filename="raylet.out", tail=3))
    assert len(log.strip().splitlines()) <= 3


@since_ray("2.60.0", "a log is given as `bytes`")
def test_a_log_as_bytes() -> None:
    node_id = ray.get_runtime_context().get_node_id()
    [first, *_] = state.get_log(node_id=node_id, filename="raylet.out", encoding=None)
    assert isinstance(first, bytes)


def test_the_log_of_an_actor(speaker: Any) -> None:
    ray.get(speaker.say.remote("the bread is ready"))
    actor_id = speaker._actor_id.hex()
    eventually(lambda: "the bread is ready" in "".join(state.get_log(actor_id=actor_id)))


def test_a_log_file_that_is_not_there() -> None:
    node_id = ray.get_runtime_context().get_node_id()

    def refused() -> bool:
        try:
            assert not list(state.get_log(node_id=node_id, filename="no-such-file.out"))
        except StateError:
            return True
        return False

    # Of a busy machine Ray says now and then that the file is empty: the error comes with what is sent before a
    # stream, and where its end is seen first, as gRPC may, that is not read.
    eventually(refused)


def test_a_log_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="node_id"):
        list(state.get_log(filename="raylet.out"))


def test_a_summary_of_tasks() -> None:
    @ray.remote
    def knead() -> None:
        pass

    ray.get([knead.remote() for _ in range(3)])

    def counts() -> Any:
        by_name = state.summarize_tasks()["cluster"]["summary"]
        [mine] = [entry for name, entry in by_name.items() if name.endswith("knead")] or [None]
        return mine is not None and mine["state_counts"].get("FINISHED") == 3

    eventually(counts)


def test_a_summary_of_actors(speaker: Any) -> None:
    summary = eventually(lambda: state.summarize_actors()["cluster"]["summary"].get("Speaker"))
    assert summary["state_counts"] == {"ALIVE": 1}


def test_a_summary_of_objects() -> None:
    ref = ray.put(b"x" * 300_000)
    summary = eventually(lambda: state.summarize_objects()["cluster"])
    assert summary["total_objects"] >= 1
    del ref


def test_the_state_from_inside_a_task(head: Head) -> None:
    address = head.address

    @ray.remote
    def count_nodes() -> int:
        import ray.util.state

        return len(ray.util.state.list_nodes(address=address))

    assert ray.get(count_nodes.remote()) == 1


def test_the_state_of_a_cluster_by_its_address(head: Head) -> None:
    assert len(state.list_nodes(address=head.address)) == 1
