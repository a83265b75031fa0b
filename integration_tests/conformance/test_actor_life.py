"""Names, lifetimes, restarts and deaths of actors."""

from __future__ import annotations

import os
import time

import pytest

from conformance.api import exceptions, ray
from conformance.marks import since_ray


@ray.remote
class Box:
    """Holds a value."""

    def __init__(self, value: object = None) -> None:
        self.value = value

    def get(self) -> object:
        return self.value

    def set(self, value: object) -> None:
        self.value = value

    def pid(self) -> int:
        return os.getpid()

    def crash(self) -> None:
        os._exit(1)

    def leave(self) -> None:
        ray.actor.exit_actor()


def until(condition, within_s: float = 20) -> None:
    """Wait for state of the cluster that announces nothing."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_dead(box) -> bool:
    """Whether a call fails for good; `kill` does not wait for the end."""
    try:
        ray.get(box.get.remote())
    except exceptions.ActorDiedError:
        return True
    except exceptions.ActorUnavailableError:
        pass
    return False


def is_named(name: str) -> bool:
    try:
        ray.get_actor(name)
    except ValueError:
        return False
    return True


def test_a_named_actor() -> None:
    box = Box.options(name="named").remote("here")
    ray.get(box.get.remote())
    assert ray.get(ray.get_actor("named").get.remote()) == "here"


def test_the_handle_of_a_named_actor_is_the_same() -> None:
    box = Box.options(name="equal").remote()
    ray.get(box.get.remote())
    assert ray.get_actor("equal") == box


def test_a_name_that_is_taken() -> None:
    box = Box.options(name="taken").remote()
    ray.get(box.get.remote())
    with pytest.raises(ValueError):
        ray.get(Box.options(name="taken").remote().get.remote())


def test_get_if_exists() -> None:
    first = Box.options(name="maybe", get_if_exists=True).remote(1)
    second = Box.options(name="maybe", get_if_exists=True).remote(2)
    assert ray.get([first.get.remote(), second.get.remote()]) == [1, 1]


def test_an_unknown_name() -> None:
    with pytest.raises(ValueError, match="nobody"):
        ray.get_actor("nobody")


@pytest.mark.parametrize("wrong", ["", None])
def test_an_empty_name(wrong: str | None) -> None:
    with pytest.raises((ValueError, TypeError)):
        ray.get_actor(wrong)


@since_ray("2.49.2", "a call on an actor whose handle nobody keeps")
def test_a_named_actor_from_a_task() -> None:
    box = Box.options(name="from-task").remote(5)
    ray.get(box.get.remote())

    @ray.remote
    def ask() -> object:
        return ray.get(ray.get_actor("from-task").get.remote())

    assert ray.get(ask.remote()) == 5


def test_another_namespace() -> None:
    box = Box.options(name="elsewhere", namespace="other-place").remote(1)
    ray.get(box.get.remote())
    with pytest.raises(ValueError):
        ray.get_actor("elsewhere")
    assert ray.get(ray.get_actor("elsewhere", namespace="other-place").get.remote()) == 1


def test_list_named_actors() -> None:
    box = Box.options(name="listed").remote()
    ray.get(box.get.remote())
    assert "listed" in ray.util.list_named_actors()
    everywhere = ray.util.list_named_actors(all_namespaces=True)
    assert {"name": "listed", "namespace": "conformance-test_actor_life"} in everywhere


def test_a_detached_actor_outlives_its_handle() -> None:
    Box.options(name="stays", lifetime="detached").remote(7)
    box = ray.get_actor("stays")
    assert ray.get(box.get.remote()) == 7
    ray.kill(box)
    until(lambda: not is_named("stays"))


def test_an_actor_ends_with_its_last_handle() -> None:
    box = Box.options(name="brief").remote()
    ray.get(box.get.remote())
    assert is_named("brief")
    del box
    until(lambda: not is_named("brief"))


def test_kill() -> None:
    box = Box.remote(1)
    assert ray.get(box.get.remote()) == 1
    ray.kill(box)
    until(lambda: is_dead(box))
    with pytest.raises(exceptions.RayActorError):
        ray.get(box.get.remote())


def test_kill_of_what_is_no_actor() -> None:
    with pytest.raises(ValueError):
        ray.kill(ray.put(1))
    with pytest.raises(ValueError):
        ray.kill("box")


def test_a_crash_is_a_dead_actor() -> None:
    box = Box.remote()
    with pytest.raises(exceptions.RayActorError):
        ray.get(box.crash.remote())
    until(lambda: is_dead(box))
    with pytest.raises(exceptions.ActorDiedError) as caught:
        ray.get(box.get.remote())
    assert caught.value.actor_id is not None


def test_restart() -> None:
    box = Box.options(max_restarts=1, max_task_retries=1).remote("initial")
    ray.get(box.set.remote("changed"))
    ray.kill(box, no_restart=False)
    until(lambda: ray.get(box.get.remote()) == "initial")


def test_no_more_restarts_than_allowed() -> None:
    box = Box.options(max_restarts=1).remote()
    first = ray.get(box.pid.remote())
    with pytest.raises(exceptions.RayActorError):
        ray.get(box.crash.remote())

    def restarted() -> bool:
        try:
            return ray.get(box.pid.remote()) != first
        except exceptions.ActorUnavailableError:
            return False

    until(restarted)
    with pytest.raises(exceptions.RayActorError):
        ray.get(box.crash.remote())

    until(lambda: is_dead(box))


def test_exit_actor() -> None:
    box = Box.remote()
    with pytest.raises(exceptions.RayActorError):
        ray.get(box.leave.remote())
    until(lambda: is_dead(box))


def test_terminate() -> None:
    box = Box.remote()
    ray.get(box.get.remote())
    box.__ray_terminate__.remote()

    until(lambda: is_dead(box))


def test_ready() -> None:
    box = Box.remote()
    ray.get(box.__ray_ready__.remote())


def test_a_dead_actor_among_living_ones() -> None:
    boxes = [Box.remote(i) for i in range(3)]
    ray.get([box.get.remote() for box in boxes])
    ray.kill(boxes[1])
    until(lambda: is_dead(boxes[1]))
    refs = [box.get.remote() for box in boxes]
    assert ray.get([refs[0], refs[2]]) == [0, 2]
    with pytest.raises(exceptions.RayActorError):
        ray.get(refs[1])


def test_a_task_that_uses_a_dead_actor() -> None:
    box = Box.remote()
    ray.get(box.get.remote())
    ray.kill(box)
    until(lambda: is_dead(box))

    @ray.remote
    def ask(box) -> object:
        return ray.get(box.get.remote())

    with pytest.raises(exceptions.RayActorError):
        ray.get(ask.remote(box))


@since_ray("2.49.2", "a call on an actor whose handle nobody keeps", client_has_it=True)
def test_an_actor_whose_constructor_kills_it() -> None:
    @ray.remote
    class Doomed:
        def __init__(self) -> None:
            os._exit(1)

        def get(self) -> int:
            return 1

    with pytest.raises(exceptions.RayActorError):
        ray.get(Doomed.remote().get.remote())


def test_pending_calls_of_a_killed_actor_fail() -> None:
    @ray.remote
    class Slow:
        def sleep(self) -> None:
            time.sleep(1000)

    slow = Slow.remote()
    refs = [slow.sleep.remote() for _ in range(3)]
    ready, _ = ray.wait(refs, timeout=0.2)
    assert not ready
    ray.kill(slow)
    for ref in refs:
        with pytest.raises(exceptions.RayActorError):
            ray.get(ref)
