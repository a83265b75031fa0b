"""Options of tasks, actors and methods: what each of them promises."""

from __future__ import annotations

import collections
import os
import threading
from typing import Any

import pytest
from processes import poll

from conformance.api import exceptions, ray
from conformance.marks import since_ray


@ray.remote
def pid() -> int:
    return os.getpid()


@ray.remote
def assigned() -> dict[str, float]:
    return dict(ray.get_runtime_context().get_assigned_resources())


@ray.remote
class Counter:
    def __init__(self) -> None:
        self.count = 0

    def add(self) -> int:
        self.count += 1
        return self.count


@ray.remote
class Fragile:
    """Fails as often as it is told to, and says how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    @ray.method(max_task_retries=3, retry_exceptions=[ConnectionError])
    def fail_at_first(self, times: int) -> int:
        self.calls += 1
        if self.calls <= times:
            raise ConnectionError(f"call {self.calls}")
        return self.calls

    @ray.method(max_task_retries=3, retry_exceptions=[ConnectionError])
    def fail_otherwise(self) -> None:
        self.calls += 1
        raise ValueError(f"call {self.calls}")

    def fail_plainly(self) -> None:
        self.calls += 1
        raise ConnectionError(f"call {self.calls}")

    def called(self) -> int:
        return self.calls


# max_calls


def test_a_worker_is_replaced_after_its_last_call() -> None:
    @ray.remote(max_calls=1)
    def own_pid() -> int:
        return os.getpid()

    pids = [ray.get(own_pid.remote()) for _ in range(4)]
    assert len(set(pids)) == 4


def test_no_worker_has_more_calls_than_allowed() -> None:
    @ray.remote(max_calls=2)
    def own_pid() -> int:
        return os.getpid()

    pids = [ray.get(own_pid.remote()) for _ in range(6)]
    assert max(collections.Counter(pids).values()) <= 2


def test_results_outlive_the_worker_that_made_them() -> None:
    @ray.remote(max_calls=1)
    def make() -> bytes:
        return b"x" * 1_000_000

    assert [len(value) for value in ray.get([make.remote() for _ in range(3)])] == [1_000_000] * 3


def test_max_calls_is_the_decorator_s() -> None:
    with pytest.raises(ValueError, match="max_calls"):
        pid.options(max_calls=1)


def test_an_actor_has_no_max_calls() -> None:
    with pytest.raises(ValueError, match="max_calls"):
        Counter.options(max_calls=1).remote()


# Resources


def test_memory_is_a_resource() -> None:
    needed = 100 * 1024 * 1024
    assert ray.get(assigned.options(memory=needed).remote()) == {"CPU": 1.0, "memory": float(needed)}


def test_a_task_may_need_nothing() -> None:
    assert ray.get(assigned.options(num_cpus=0).remote()) == {}


def test_parts_of_a_processor() -> None:
    assert ray.get(assigned.options(num_cpus=0.25).remote()) == {"CPU": 0.25}


def test_an_actor_needs_no_processor_to_live() -> None:
    @ray.remote
    class Asker:
        def assigned(self) -> dict[str, float]:
            return dict(ray.get_runtime_context().get_assigned_resources())

    assert ray.get(Asker.remote().assigned.remote()) == {}
    assert ray.get(Asker.options(num_cpus=1).remote().assigned.remote()) == {"CPU": 1.0}


def test_no_gpus() -> None:
    @ray.remote(num_gpus=0)
    def gpus() -> list[Any]:
        return list(ray.get_gpu_ids())

    assert ray.get(gpus.remote()) == []


@pytest.mark.parametrize("options", [{"num_gpus": 1}, {"accelerator_type": "H100"}, {"resources": {"moon": 1}}])
def test_what_the_cluster_does_not_have_is_waited_for(options: dict[str, Any]) -> None:
    ref = pid.options(**options).remote()
    assert ray.wait([ref], timeout=0.2) == ([], [ref])
    ray.cancel(ref)
    with pytest.raises(exceptions.TaskCancelledError):
        ray.get(ref)


# Labels


@since_ray("2.46.0", "the option `label_selector`", refused_with="ValueError")
def test_the_node_of_a_label() -> None:
    node = ray.get_runtime_context().get_node_id()
    assert ray.get(pid.options(label_selector={"ray.io/node-id": node}).remote()) > 0


@since_ray("2.52.1", "the option `fallback_strategy`", refused_with="ValueError")
def test_a_fallback_for_labels_that_no_node_has() -> None:
    node = ray.get_runtime_context().get_node_id()
    options = {
        "label_selector": {"where": "moon"},
        "fallback_strategy": [{"label_selector": {"where": "mars"}}, {"label_selector": {"ray.io/node-id": node}}],
    }
    assert ray.get(pid.options(**options).remote()) > 0


@since_ray("2.46.0", "the option `label_selector`", refused_with="ValueError")
def test_labels_of_an_actor() -> None:
    node = ray.get_runtime_context().get_node_id()
    counter = Counter.options(label_selector={"ray.io/node-id": node}).remote()
    assert ray.get(counter.add.remote()) == 1


# Retries


def test_a_dying_worker_is_tried_so_many_times() -> None:
    @ray.remote(max_retries=2)
    def die(counter: Any) -> None:
        ray.get(counter.add.remote())
        os._exit(1)

    counter = Counter.remote()
    with pytest.raises(exceptions.WorkerCrashedError):
        ray.get(die.remote(counter))
    assert ray.get(counter.add.remote()) == 4


def test_exceptions_are_retried_so_many_times() -> None:
    @ray.remote(max_retries=2, retry_exceptions=True)
    def fail(counter: Any) -> None:
        raise ConnectionError(str(ray.get(counter.add.remote())))

    counter = Counter.remote()
    with pytest.raises(ConnectionError, match="3"):
        ray.get(fail.remote(counter))
    assert ray.get(counter.add.remote()) == 4


def test_exceptions_are_not_retried_unasked() -> None:
    @ray.remote
    def fail(counter: Any) -> None:
        raise ConnectionError(str(ray.get(counter.add.remote())))

    counter = Counter.remote()
    with pytest.raises(ConnectionError, match="1"):
        ray.get(fail.remote(counter))


def test_a_method_is_tried_again_after_exceptions_of_its_kinds() -> None:
    assert ray.get(Fragile.remote().fail_at_first.remote(2)) == 3


def test_a_method_is_not_tried_again_after_other_exceptions() -> None:
    fragile = Fragile.remote()
    with pytest.raises(ValueError, match="call 1"):
        ray.get(fragile.fail_otherwise.remote())
    assert ray.get(fragile.called.remote()) == 1


def test_retries_as_options_of_a_call() -> None:
    fragile = Fragile.remote()
    retried = fragile.fail_plainly.options(max_task_retries=2, retry_exceptions=True)
    with pytest.raises(ConnectionError, match="call 3"):
        ray.get(retried.remote())
    assert ray.get(fragile.called.remote()) == 3


def test_calls_are_retried_in_the_actor_s_next_life() -> None:
    @ray.remote(max_restarts=1, max_task_retries=1)
    class Mortal:
        def __init__(self, lives: Any) -> None:
            self.life = ray.get(lives.add.remote())

        def die_in_life(self, life: int) -> int:
            if self.life == life:
                os._exit(1)
            return self.life

    assert ray.get(Mortal.remote(Counter.remote()).die_in_life.remote(1)) == 2


def test_restarts_without_end() -> None:
    @ray.remote(max_restarts=-1, max_task_retries=-1)
    class Mortal:
        def __init__(self, lives: Any) -> None:
            self.life = ray.get(lives.add.remote())

        def die_before_life(self, life: int) -> int:
            if self.life < life:
                os._exit(1)
            return self.life

    assert ray.get(Mortal.remote(Counter.remote()).die_before_life.remote(3)) == 3


def test_an_actor_sees_that_it_was_reconstructed() -> None:
    @ray.remote(max_restarts=1, max_task_retries=1)
    class Mortal:
        def was_restarted(self, die_if_not: bool) -> bool:
            was_restarted = ray.get_runtime_context().was_current_actor_reconstructed
            if die_if_not and not was_restarted:
                os._exit(1)
            return bool(was_restarted)

    mortal = Mortal.remote()
    assert ray.get(mortal.was_restarted.remote(die_if_not=False)) is False
    assert ray.get(mortal.was_restarted.remote(die_if_not=True)) is True


# Names and lives


def test_a_named_actor_that_is_not_detached_ends_with_its_last_handle() -> None:
    counter = Counter.options(name="brief", lifetime="non_detached").remote()
    assert ray.get(counter.add.remote()) == 1
    assert "brief" in ray.util.list_named_actors()
    del counter
    assert poll(lambda: "brief" not in ray.util.list_named_actors(), within_s=50)


def test_a_task_may_be_left_out_of_the_records() -> None:
    assert ray.get(pid.options(enable_task_events=False).remote()) > 0


@since_ray("2.49.2", "the option `allow_out_of_order_execution`", refused_with="ValueError")
def test_calls_out_of_order() -> None:
    @ray.remote(allow_out_of_order_execution=True)
    class Echo:
        def echo(self, value: int) -> int:
            return value

    echo = Echo.remote()
    assert ray.get([echo.echo.remote(number) for number in range(20)]) == list(range(20))


@since_ray("2.43.0", "names of tasks in the runtime context")
def test_a_call_has_a_name_of_its_own() -> None:
    @ray.remote
    class Asker:
        def name(self) -> str | None:
            return ray.get_runtime_context().get_task_name()

    asker = Asker.remote()
    assert ray.get(asker.name.options(name="roll-call").remote()) == "roll-call"
    assert ray.get(asker.name.remote()) == "Asker.name"


# Ends


def test_an_async_actor_leaves() -> None:
    @ray.remote
    class Guest:
        async def leave(self) -> None:
            ray.actor.exit_actor()

    guest = Guest.remote()
    with pytest.raises(exceptions.RayActorError):
        ray.get(guest.leave.remote())
    with pytest.raises(exceptions.RayActorError):
        ray.get(guest.leave.remote())


def test_only_an_actor_can_leave() -> None:
    with pytest.raises(TypeError):
        ray.actor.exit_actor()


def test_a_task_is_no_actor_that_could_leave() -> None:
    @ray.remote
    def leave() -> None:
        ray.actor.exit_actor()

    with pytest.raises(TypeError):
        ray.get(leave.remote())


def test_the_error_of_a_dead_actor_names_it() -> None:
    counter = Counter.remote()
    ray.get(counter.add.remote())
    ray.kill(counter)
    errors = []

    def is_dead() -> bool:
        try:
            ray.get(counter.add.remote())
        except exceptions.ActorDiedError as error:
            errors.append(error)
        return bool(errors)

    assert poll(is_dead, within_s=50)  # it may answer a last call
    assert errors[0].actor_id == counter._actor_id.hex()
    assert errors[0].preempted is False


@since_ray("2.55.1", "`is_canceled` of the runtime context")
def test_a_running_call_sees_that_it_is_cancelled() -> None:
    @ray.remote(max_concurrency=2)
    class Patient:
        def __init__(self) -> None:
            self.running = threading.Event()
            self.saw = threading.Event()

        def run(self) -> None:
            self.running.set()
            while not ray.get_runtime_context().is_canceled():
                self.saw.wait(0.01)
            self.saw.set()

        def wait_until_running(self) -> None:
            self.running.wait()

        def wait_until_seen(self) -> bool:
            return self.saw.wait(60)

    patient = Patient.remote()
    ref = patient.run.remote()
    ray.get(patient.wait_until_running.remote())
    ray.cancel(ref)
    assert ray.get(patient.wait_until_seen.remote())
