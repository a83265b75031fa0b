"""Ray, as the driver sees it; beside it only `ray_job`, `ray_output`, `ray_queries` and `ray_warm` import `ray`.

It implements `port.RayPort`. Where it must use what Ray does not call public, the reason stands beside it;
all of it was tried with Ray 2.40, 2.46, 2.55 and 2.60.
"""

from __future__ import annotations

import copyreg
import functools
import inspect
import logging
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import cloudpickle
import ray
import ray._private.worker
import ray.actor
import ray.cloudpickle
import ray.exceptions
import ray.remote_function
import ray.util
from ray._private.runtime_env.py_modules import upload_py_modules_if_needed
from ray._private.runtime_env.working_dir import upload_working_dir_if_needed
from ray._private.services import canonicalize_bootstrap_address
from ray.runtime_env import RuntimeEnv
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from ray_client_server.driver import ray_output, ray_queries
from ray_client_server.driver.port import ActorFacts, Handle, ObjectIds
from ray_client_server.driver.scripts import script_of

ObjectRef: type = ray.ObjectRef
ObjectRefGenerator: type = ray.ObjectRefGenerator
DynamicObjectRefGenerator: type = ray.DynamicObjectRefGenerator
ActorHandle: type = ray.actor.ActorHandle
ActorMethod: type = ray.actor.ActorMethod
RemoteFunction: type = ray.remote_function.RemoteFunction
ActorClass: type = ray.actor.ActorClass
RayError: type[BaseException] = ray.exceptions.RayError
RayTaskError: type[BaseException] = ray.exceptions.RayTaskError
QUERIES = ray_queries.QUERIES
listen_to_workers = ray_output.listen_to_workers
SERIALIZERS: Mapping[type, Callable[[Any], tuple[Any, ...]]] = ray_queries.SERIALIZERS

# Both have a table of the classes that came by value, to know one when it comes again. As one table, a class of the
# client's that a library has pickled with Ray's is the same when it comes back, in a worker, here and on the client.
for _table in ("BY_CLASS", "BY_ID", "LOCK"):
    _name = f"_DYNAMIC_CLASS_TRACKER_{_table}"
    setattr(ray.cloudpickle.cloudpickle, _name, getattr(cloudpickle.cloudpickle, _name))

_STREAMING = -2  # Ray's internal number for `num_returns="streaming"`
_DYNAMIC = -1  # and for `num_returns="dynamic"`


def packages_with_reducers() -> list[str]:
    """Give the packages with classes that Ray pickles in ways of its own in this process, such as `pyarrow`.

    Those that the client has registered are not among them, for it has applied what was registered; nor are those that
    have told Python itself how to pickle them (`copyreg`), such as NumPy's functions: it was so on the client too. Ray
    has no public way to ask; it fills this table once it has joined and something is asked of its serialization.
    """
    ray.util.deregister_serializer(type("Unknown", (), {}))  # so Ray only fills the table
    known = ray.cloudpickle.CloudPickler.dispatch.keys() - SERIALIZERS.keys() - copyreg.dispatch_table.keys()
    tops = {cls.__module__.partition(".")[0] for cls in known}
    return sorted(tops - sys.stdlib_module_names - {"ray"})


def leave() -> None:
    """Leave the cluster; it lets go of everything that the session held."""
    ray.init = _refuse_to_join  # or a library in the middle of a call would start a cluster here, since there is none
    ray.shutdown()


def _refuse_to_join(*_args: object, **_options: object) -> NoReturn:
    raise RuntimeError("the session has ended")


def put(value: object) -> Handle:
    """Store a value."""
    return ray.put(value)


def on_ready(ref: Handle, callback: Callable[[Any], None]) -> None:
    """Have `callback` called with the object's value, or the `RayError` it failed with, on a thread of Ray's.

    `ref.future()` does the same through a future, which costs more and hides the `RayTaskError` behind an
    instance of its cause that lacks the error's own fields. The callback keeps `ref` alive, or nobody does.
    """
    ref._on_completed(functools.partial(_completed, ref, callback))


def _completed(_ref: Handle, callback: Callable[[Any], None], result: Any) -> None:
    callback(result)


def get_now(refs: list[Handle]) -> list[Any] | None:
    """Give the value of each object, or the `RayError` that it failed with; None if not all are there at once.

    `ray.get` would raise the first error and lose which object it belongs to.
    """
    try:
        values, _ = ray._private.worker.global_worker.get_objects(refs, timeout=0, return_exceptions=True)
    except ray.exceptions.GetTimeoutError:
        return None
    return list(values)


def wait(refs: list[Handle], num_returns: int, timeout_s: float | None, fetch_local: bool) -> list[Handle]:
    """Give the objects that are ready."""
    ready, _ = ray.wait(refs, num_returns=num_returns, timeout=timeout_s, fetch_local=fetch_local)
    return list(ready)


def cancel(target: Handle, force: bool, recursive: bool) -> None:
    """Cancel the task that makes an object or a stream."""
    ray.cancel(target, force=force, recursive=recursive)


def kill(actor: Handle, no_restart: bool) -> None:
    """End an actor at once."""
    ray.kill(actor, no_restart=no_restart)


def find_actor(name: str, namespace: str | None) -> Handle:
    """Find a named actor.

    Raises:
        ValueError: there is none of that name.
    """
    return ray.get_actor(name, namespace)


def remote(target: Any, options: Mapping[str, Any]) -> Any:
    """Decorate a function or a class."""
    with script_of(target):
        return ray.remote(**options)(target) if options else ray.remote(target)


def undecorated(remote: Any) -> tuple[Any, dict[str, Any]]:
    """Give what `remote` decorates, and its options. Ray has no public way to either."""
    if isinstance(remote, ActorClass):
        cls: Any = remote
        return cls.__ray_metadata__.modified_class.__ray_actor_class__, dict(cls._default_options)
    return remote._function, dict(remote._default_options)


def call_method(actor: Handle, method: str, options: Mapping[str, Any]) -> Callable[..., Any]:
    """Give the function that calls a method of an actor.

    Raises:
        AttributeError: the actor has no such method.
    """
    bound = getattr(actor, method)
    submit: Callable[..., Any] = bound.options(**options).remote if options else bound.remote
    return submit


def method_returns(actor: Handle, method: str) -> int:
    """Give how many results a method of an actor has unless options say otherwise. Ray keeps it for itself."""
    returns = actor._ray_method_num_returns.get(method)
    return returns if isinstance(returns, int) else 1


def next_now(generator: Handle) -> Handle | None:
    """Give the next reference of a stream if it is there already; None otherwise, and at the end."""
    return next(generator) if generator.next_ready() else None


def on_next(generator: Handle, callback: Callable[[], None]) -> None:
    """Have `callback` called when the next reference of a stream is there, or its end, on a thread of Ray's.

    In public there is an awaitable, whose future is never done where a value's class raises as Ray looks at it; or a
    wait, which needs a thread for each stream.
    """
    ref, _ = generator.worker.core_worker.peek_object_ref_stream(generator._generator_ref)
    on_ready(ref, lambda _value: callback())


def take_next(generator: Handle) -> Handle:
    """Give the next reference of a stream of which `on_next` said that it is there; `StopIteration` at the end."""
    return next(generator)


def completed(generator: Handle) -> Handle:
    """Give the reference that is ready when the generator's task is done."""
    return generator.completed()


def dynamic_refs(refs: list[Handle]) -> Any:
    """Give what a task with `num_returns="dynamic"` results in."""
    return ray.DynamicObjectRefGenerator(refs)


def refs_of(dynamic: Any) -> list[Handle]:
    """Give the references that `dynamic_refs` was made of. Walking over it in public would empty it."""
    return list(dynamic._refs)


def object_key(ref: Handle) -> bytes:
    """Give bytes that are equal for equal objects."""
    key: bytes = ref.binary()
    return key


def actor_key(actor: Handle) -> bytes:
    """Give bytes that are equal for equal actors. Ray has no public name for an actor's id."""
    key: bytes = actor._actor_id.binary()
    return key


def object_ids(ref: Handle) -> ObjectIds:
    """Give the ids of an object."""
    return ObjectIds(ref.binary(), ref.task_id().binary(), ref.job_id().binary())


def actor_ids(actor: Handle) -> ObjectIds:
    """Give the ids of an actor."""
    return ObjectIds(actor._actor_id.binary(), b"", actor._actor_id.job_id.binary())


def describe_actor(actor: Handle) -> ActorFacts:
    """Give what a client needs to call an actor. Ray keeps it in attributes of its own."""
    methods = tuple(
        (name, *_returns(actor._ray_method_num_returns.get(name), actor._ray_method_is_generator.get(name, False)))
        for name in actor._ray_method_signatures
    )
    return ActorFacts(actor._ray_actor_creation_function_descriptor.class_name, methods)


def _returns(num_returns: Any, is_generator: bool) -> tuple[int, bool]:
    if num_returns in ("streaming", _STREAMING) or (num_returns is None and is_generator):
        return 0, True
    return (num_returns if isinstance(num_returns, int) and num_returns != _DYNAMIC else 1), False


def upload_directories(runtime_env: dict[str, Any]) -> dict[str, Any]:
    """Give the environment with addresses in the cluster's store in the place of directories of this node.

    Ray does this for a job's environment only, with these functions of its own; versions differ in what else they take.
    """
    options = {"include_gitignore": False, "logger": logging.getLogger("ray")}
    with tempfile.TemporaryDirectory(prefix="rcs-env-") as scratch_dir:
        for upload in (upload_py_modules_if_needed, upload_working_dir_if_needed):
            known = inspect.signature(upload).parameters
            taken: dict[str, Any] = {name: value for name, value in options.items() if name in known}
            runtime_env = upload(runtime_env, scratch_dir=scratch_dir, **taken)
    return runtime_env


# For the gateway's own processes (cluster/): they look for a cluster, start one, and start drivers in an environment.


def describe_cluster(address: str) -> dict[str, str]:
    """Join the cluster at `address` for a moment, and give its `address` and `ray_version`.

    `auto` is what `ray.init()` would join: the cluster that `ray start` has left a note of. Ray's own "auto" takes any
    other that runs on this machine too, were it a stranger's notebook.

    Raises:
        ConnectionError: there is none, or it does not let us in.
    """
    if address == "auto":
        # Not public, but nothing public tells without joining or starting one.
        noted: str | None = canonicalize_bootstrap_address(None)  # type: ignore[arg-type]
        if noted is None:
            raise ConnectionError("no cluster was started on this machine with `ray start`")
        address = noted
        host, _, port = address.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), timeout=5):
            pass  # an old note; Ray itself would try for 20 s
    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    try:
        return {"address": ray.get_runtime_context().gcs_address, "ray_version": ray.__version__}
    finally:
        ray.shutdown()


def check_environment(runtime_env: dict[str, Any]) -> None:
    """Have Ray judge a runtime environment without building it.

    Raises:
        ValueError, TypeError: Ray refuses it.
    """
    RuntimeEnv(**runtime_env)


def start_cluster(temp_dir: str, cpus: int | None) -> dict[str, str]:
    """Start a one-node cluster, which lives as long as this process, and give its `address` and `ray_version`.

    Without a dashboard: it takes seconds and memory, and Ray 2.60 leaves temporary directories of its processes behind.
    """
    options: dict[str, Any] = {"num_cpus": cpus, "include_dashboard": False, "_temp_dir": temp_dir}
    ray.init(address="local", log_to_driver=False, logging_level=logging.ERROR, **options)
    return {"address": ray.get_runtime_context().gcs_address, "ray_version": ray.__version__}


def run_in_environment(
    address: str, runtime_env: dict[str, Any], environ: dict[str, str], arguments: list[str], text: str, log_path: str
) -> int:
    """Run `python *arguments` on this node inside `runtime_env`, with `text` as its input; give its exit code.

    A zero-CPU actor starts the process and waits for it, so that Ray keeps the environment for just as long. The
    process ends with this one, since the actor does. A `PYTHONPATH` in `environ` comes after the environment's own.

    Raises:
        ray.exceptions.RuntimeEnvSetupError: the environment cannot be built.
        ray.exceptions.RayError: the actor could not start, or died.
        ValueError: Ray refuses the runtime environment.
    """

    class Host:  # local, so that Ray sends its code: the environment need not have this module
        def run(self, environ: dict[str, str], arguments: list[str], text: str, log_path: str) -> int:
            import os
            import subprocess
            import sys

            paths = [each["PYTHONPATH"] for each in (os.environ, environ) if each.get("PYTHONPATH")]
            changed = {**os.environ, **environ, "PYTHONPATH": os.pathsep.join(paths)}
            with open(log_path, "ab") as log:
                command = [sys.executable, *arguments]
                process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=changed)
                process.communicate(text.encode())
                return process.returncode

    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    host: Any = ray.remote(Host).options(num_cpus=0, runtime_env=runtime_env, scheduling_strategy=here).remote()
    code: Any = ray.get(host.run.remote(environ, arguments, text, log_path))
    return int(code)
