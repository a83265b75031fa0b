"""The hook against a session that only notes what it is asked: which calls go there, and which do not."""

from __future__ import annotations

import asyncio
import contextvars
import pickle
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import cloudpickle
import pytest
import ray
import ray.exceptions
import ray.util.state
from ray import get as early_get
from ray.util.state import get_actor as early_get_actor
from ray.util.state import list_actors as early_list_actors
from ray.util.state.common import ActorState
from ray.util.state.exception import ServerUnavailable

import ray_client
from ray_client import exceptions
from ray_client.handles import current
from ray_client.rebuilding import rebuild
from ray_client_proto.wire import tokens
from ray_client_server import hook
from ray_client_server.hook import ray_hook, routing


class Converted:
    """What stands in the session for a function or a class."""

    def __init__(self, code: Any, options: dict[str, Any], calls: list[Any]) -> None:
        self.code, self._options, self._calls = code, options, calls

    def options(self, **options: Any) -> Converted:
        return Converted(self.code, {**self._options, **options}, self._calls)

    def remote(self, *args: Any, **kwargs: Any) -> str:
        self._calls.append((self.code, self._options, args, kwargs))
        return f"result {len(self._calls)}"


class Context:
    """A session as far as the hook goes."""

    def __init__(self) -> None:
        self._session = SimpleNamespace()
        self.session_id = "s1"
        self.is_connected = True
        self.calls: list[Any] = []
        self.conversions = 0

    def remote(self, *args: Any, **options: Any) -> Any:
        if not args:
            return lambda code: self._convert(code, options)
        return self._convert(args[0], {})

    def _convert(self, code: Any, options: dict[str, Any]) -> Converted:
        self.conversions += 1
        return Converted(code, options, self.calls)

    def get(self, refs: Any, *, timeout: float | None = None) -> Any:
        if isinstance(refs, Exception):
            raise refs
        return "got", refs, timeout

    def put(self, value: Any) -> Any:
        return "put", value

    def close(self) -> None:
        self.is_connected = False


@ray.remote
def square(x: int) -> int:
    return x * x


@ray.remote(num_cpus=2)
def heavy() -> None: ...


@ray.remote(max_restarts=3)
class Counter:
    def add(self, n: int) -> int:
        return n


@pytest.fixture
def context() -> Iterator[Any]:
    yield Context()
    hook.uninstall()


def test_calls_in_the_block_go_to_the_session_and_others_do_not(context: Any) -> None:
    with hook.using(context) as same:
        assert same is context
        assert ray.is_initialized()
        assert ray.get("ref", timeout=2) == ("got", "ref", 2)
        assert ray.put(1) == ("put", 1)
        assert current.find_session() is context._session
    assert not ray.is_initialized()
    assert current.find_session() is None


def test_names_that_were_imported_before_go_there_too(context: Any) -> None:
    with hook.using(context):
        assert early_get("ref") == ("got", "ref", None)


def test_what_was_decorated_before_is_converted_on_first_use(context: Any) -> None:
    with hook.using(context):
        square.remote(3)
        square.remote(x=4)
        heavy.options(num_cpus=1, name="light").remote()
        heavy.remote()
    light = {"num_cpus": 1, "name": "light"}
    assert [options for _, options, _, _ in context.calls] == [{}, {}, light, {"num_cpus": 2}]
    assert [(args, kwargs) for _, _, args, kwargs in context.calls] == [((3,), {}), ((), {"x": 4}), ((), {}), ((), {})]
    assert context.calls[0][0](5) == 25
    assert context.conversions == 2


def test_actors_are_created_there(context: Any) -> None:
    with hook.using(context):
        Counter.remote(1, start=2)
        Counter.options(name="it").remote()
    [(code, options, args, kwargs), (_, named, _, _)] = context.calls
    assert code().add(3) == 3
    assert (args, kwargs) == ((1,), {"start": 2})
    assert options["max_restarts"] == 3
    assert named["name"] == "it"
    assert context.conversions == 1


def test_another_session_converts_anew(context: Any) -> None:
    other: Any = Context()
    with hook.using(context):
        square.remote(1)
        with hook.using(other):
            square.remote(2)
        square.remote(3)
    assert [args for _, _, args, _ in context.calls] == [(1,), (3,)]
    assert [args for _, _, args, _ in other.calls] == [(2,)]


def in_thread(call: Any) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call()))
    thread.start()
    thread.join()
    return found[0]


def test_a_block_is_for_its_thread_and_installing_for_all(context: Any) -> None:
    with hook.using(context):
        assert not in_thread(ray.is_initialized)
    hook.install(context)
    hook.install(context)
    assert in_thread(ray.is_initialized)
    assert in_thread(lambda: ray.put(1)) == ("put", 1)
    assert current.find_default() is context._session
    with pytest.raises(RuntimeError, match="another session"):
        hook.install(Context())  # type: ignore[arg-type]
    hook.uninstall()
    hook.uninstall()
    assert not ray.is_initialized()
    assert current.find_default() is None


def test_a_thread_or_a_pool_takes_the_session_with_the_context(context: Any) -> None:
    with hook.using(context):
        here = contextvars.copy_context()
        assert in_thread(lambda: here.run(ray.put, 1)) == ("put", 1)
        assert asyncio.run(asyncio.to_thread(ray.put, 2)) == ("put", 2)
    assert in_thread(lambda: here.run(ray.put, 3)) == ("put", 3)
    assert not ray.is_initialized()


def test_tasks_of_one_loop_may_use_two_sessions(context: Any) -> None:
    other: Any = Context()

    async def put(target: Any, value: int) -> None:
        with hook.using(target):
            await asyncio.sleep(0)
            square.remote(value)

    async def both() -> None:
        await asyncio.gather(put(context, 1), put(other, 2))

    asyncio.run(both())
    assert [calls[0][2] for calls in (context.calls, other.calls)] == [(1,), (2,)]


def test_handles_pass_for_ray_s_own(context: Any) -> None:
    context._session.id = "s1"
    context._session.release = lambda number: None
    with hook.using(context):
        ref: Any = ray_client.ObjectRef(context._session, 1)
        stream: Any = ray_client.ObjectRefGenerator(context._session, 2)
        actor: Any = ray_client.actor.ActorHandle(context._session, 3, "Counter", {})
    assert isinstance(ref, ray.ObjectRef)
    assert isinstance(ref, ray_client.ObjectRef)
    assert isinstance(stream, ray.ObjectRefGenerator)
    assert not isinstance(stream, ray.ObjectRef)
    assert isinstance(actor, ray.actor.ActorHandle)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the state of the cluster is asked for, and answers with."""
    from ray_client.api import queries

    found: dict[str, Any] = {"answer": []}

    def query(function: str, **arguments: Any) -> Any:
        found.update(function=function, arguments=arguments, session=current.find_session())
        if isinstance(found["answer"], Exception):
            raise found["answer"]
        return found["answer"]

    monkeypatch.setattr(queries, "query_state", query)
    return found


ACTOR: dict[str, Any] = dict.fromkeys(("class_name", "job_id", "node_id", "ray_namespace"), "x")
ACTOR.update(actor_id="a1", name="it", pid=7, state="ALIVE", of_a_newer_ray=1)


def test_the_state_of_the_cluster_is_asked_through_the_session(context: Any, asked: dict[str, Any]) -> None:
    asked["answer"] = [("ActorState", ACTOR)]
    with hook.using(context):
        [found] = early_list_actors(filters=[("state", "=", "ALIVE")], limit=3)
        assert isinstance(found, ActorState)
        assert (found.actor_id, found.name) == ("a1", "it")
        assert asked["function"] == "list_actors"
        assert asked["arguments"]["filters"] == [("state", "=", "ALIVE")]
        assert asked["arguments"]["limit"] == 3
        assert asked["session"] is context._session
        asked["answer"] = ("ActorState", ACTOR)
        assert isinstance(early_get_actor("a1"), ActorState)
        assert (asked["function"], asked["arguments"]["id"]) == ("get_actor", "a1")
        asked["answer"] = {"cluster": {"summary": {}}}
        assert ray.util.state.summarize_tasks() == {"cluster": {"summary": {}}}
        assert asked["function"] == "summarize_tasks"
        asked["answer"] = ray_client.util.state.exception.ServerUnavailable("no dashboard")
        with pytest.raises(ServerUnavailable, match="no dashboard"):
            ray.util.state.list_nodes()
        asked.clear()
        with pytest.raises(ServerUnavailable, match=r"127\.0\.0\.1:1"):  # an address of the user's own is not for us
            early_list_actors(address="http://127.0.0.1:1")
        assert not asked


def test_init_finds_the_session_there(context: Any) -> None:
    with hook.using(context):
        with pytest.raises(RuntimeError, match=r"ray\.init twice"):
            ray.init()
        assert ray.init(ignore_reinit_error=True) is context
        context.close()
        assert not ray.is_initialized()
        with pytest.raises(RuntimeError, match=r"session s1, .* has ended"):
            ray.init(ignore_reinit_error=True)


def test_shutdown_closes_the_session_and_gives_the_calls_back(context: Any) -> None:
    hook.install(context)
    ray.shutdown()
    assert not context.is_connected
    assert routing.target() is None


def test_marks_of_methods_are_made_as_ever(context: Any) -> None:
    with hook.using(context):

        @ray.method(num_returns=2)
        def two() -> None: ...

    assert two.__ray_num_returns__ == 2


def test_errors_are_ray_s_own(context: Any) -> None:
    task_error = exceptions.RayTaskError("f", "Traceback ...", ValueError("x"), "ray::f", 7, "10.0.0.1")
    with hook.using(context):
        with pytest.raises(ray.exceptions.GetTimeoutError, match="late"):
            ray.get(exceptions.GetTimeoutError("late"))
        with pytest.raises(ValueError) as caught:
            ray.get(task_error.as_instanceof_cause())
        assert isinstance(caught.value, ray.exceptions.RayTaskError)
        assert isinstance(caught.value.cause, ValueError)
        with pytest.raises(ray.exceptions.RayTaskError) as plain:
            ray.get(task_error)
        assert isinstance(plain.value.cause, ValueError)
        with pytest.raises(KeyError):
            ray.get(KeyError("as it is"))
        presented = context._session.present_error(exceptions.ObjectLostError("ff", None, ""))
        assert isinstance(presented, ray.exceptions.ObjectLostError)


# Of an error in another language Ray's own class wants a message of Ray's protocol.
NAMES = [name for name in vars(exceptions) if hasattr(ray.exceptions, name) and name[0].isupper()]
NAMES.remove("CrossLanguageError")


@pytest.mark.parametrize("name", NAMES)
def test_every_error_has_its_counterpart(name: str) -> None:
    ours = rebuild(f"ray.exceptions.{name}", "what happened", {})
    real = ray_hook.real_error(ours)
    assert type(real) is getattr(ray.exceptions, name)
    assert isinstance(real, ray.exceptions.RayError)
    assert str(real)


def globals_of(value: Any) -> list[str]:
    found: list[str] = []

    class Finder(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            found.append(f"{module}.{name}")
            return super().find_class(module, name) if module != tokens.MODULE else lambda *args: args

    import io

    Finder(io.BytesIO(cloudpickle.dumps(value))).load()
    return found


def test_decorated_code_travels_as_tokens_to_a_session_only(context: Any) -> None:
    """T5, T6."""
    with hook.using(context):
        assert f"{tokens.MODULE}.remote_function" in globals_of([square])
        assert f"{tokens.MODULE}.actor_class" in globals_of({"it": Counter})
    assert not [name for name in globals_of(square) if name.startswith(tokens.MODULE)]
