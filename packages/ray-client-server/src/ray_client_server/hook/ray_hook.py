"""Where the hook meets `ray`: after `driver.ray_port` and `driver.ray_queries` the only module that imports it.

Every public function of Ray asks `client_mode_should_convert` whether a client is to do its work, and a stub in
`ray.util.client` what that client does; so do the methods that run remote functions and create actors. That is how
Ray's own client works. The hook answers both in its place, where a session is the target, and leaves them as they are
where none is. None of it is public, and all of it was tried with Ray 2.40, 2.46, 2.55 and 2.60.
"""

from __future__ import annotations

import contextvars
import functools
import inspect
import sys
import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import ray
import ray._private.client_mode_hook as mode
import ray._private.worker
import ray.actor
import ray.dag.py_obj_scanner
import ray.exceptions
import ray.remote_function
import ray.util.multiprocessing.pool
import ray.util.state.api
import ray.util.state.common
import ray.util.state.exception
from ray.util.client import ray as stub

from ray_client import ClientContext, ObjectRef, ObjectRefGenerator
from ray_client.actor import ActorHandle
from ray_client_proto.wire import tokens
from ray_client_server.driver.ray_port import undecorated
from ray_client_server.hook import routing
from ray_client_server.hook.calls import CALLS
from ray_client_server.hook.state import SessionState

#: For which class of Ray's a handle of a session passes with `isinstance`.
PRESENTED: Mapping[type, type] = {
    ObjectRef: ray.ObjectRef,
    ObjectRefGenerator: ray.ObjectRefGenerator,
    ActorHandle: ray.actor.ActorHandle,
}

_rays_own_answer: Callable[[], bool] = mode.client_mode_should_convert
# What each decorated function and class became, and for which session.
_converted: weakref.WeakKeyDictionary[Any, tuple[ClientContext, Any]] = weakref.WeakKeyDictionary()
# Handles in the arguments of graphs, by what stands for them in Ray's copies of the arguments.
_bound: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()


@functools.cache
def patch() -> None:
    """Put the hook in place, once and for good: without a target it changes nothing."""
    modules: list[Any] = [mode, ray.remote_function, ray.actor, sys.modules["ray.util.placement_group"]]
    for module in modules:  # each imported it by name
        module.client_mode_should_convert = _should_convert
    function_module: Any = ray.remote_function
    function_module.client_mode_convert_function = _or_rays_own(_call_function, mode.client_mode_convert_function)
    actor_module: Any = ray.actor
    actor_module.client_mode_convert_actor = _or_rays_own(_create_actor, mode.client_mode_convert_actor)
    for name in CALLS:
        setattr(stub, name, _dispatch(name))
    stub.method = ray.method.__wrapped__  # type: ignore[attr-defined]  # it marks a function, wherever that runs
    # The one function that never asks.
    modules = [ray, ray._private.worker]
    for module in modules:
        module.init = _or_rays_own(functools.partial(_call, "init"), module.init)
    state: Any = ray.util.state.api
    state.StateApiClient = _state_client(state.StateApiClient)
    _keep_session(ray.util.multiprocessing.pool.ResultThread)
    _keep_handles(ray.dag.py_obj_scanner._PyObjScanner)
    _pickle_as_token(ray.remote_function.RemoteFunction, tokens.remote_function)
    _pickle_as_token(ray.actor.ActorClass, tokens.actor_class)


def _should_convert() -> bool:
    is_wanted = routing.target() is not None and mode._get_client_hook_status_on_thread()  # type: ignore[no-untyped-call]
    return is_wanted or _rays_own_answer()


def _or_rays_own(ours: Callable[..., Any], rays: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function that does `ours` with the target in front, or `rays` where there is none."""

    @functools.wraps(rays)
    def choose(*args: Any, **options: Any) -> Any:
        target = routing.target()
        return rays(*args, **options) if target is None else ours(target, *args, **options)

    return choose


def _dispatch(name: str) -> Callable[..., Any]:
    # Where Ray's own client is connected, and we are not the target, the stub still has to lead there.
    def rays_own_client(*args: Any, **options: Any) -> Any:
        method = getattr(type(stub), name, None)
        found = method.__get__(stub) if method is not None else getattr(stub.get_context(), name)  # type: ignore[no-untyped-call]
        return found(*args, **options)

    return _or_rays_own(functools.partial(_call, name), rays_own_client)


def _call(name: str, target: ClientContext, *args: Any, **options: Any) -> Any:
    try:
        return CALLS[name](target, *args, **options)
    except Exception as error:
        # Whatever the user's task raised, in one of our classes that stand for Ray's.
        real = real_error(error)
        if real is error:
            raise
        raise real from None


def _call_function(target: ClientContext, function: Any, args: Any, kwargs: Any, **options: Any) -> Any:
    return _convert(target, function, options).remote(*(args or ()), **(kwargs or {}))


def _create_actor(target: ClientContext, actor_class: Any, args: Any, kwargs: Any, **options: Any) -> Any:
    return _convert(target, actor_class, options).remote(*(args or ()), **(kwargs or {}))


def _convert(target: ClientContext, decorated: Any, options: Mapping[str, Any]) -> Any:
    """Give what stands in the session for a decorated function or class, with the options of this call."""
    code, defaults = undecorated(decorated)
    known = _converted.get(decorated)
    found: Any = known[1] if known is not None and known[0] is target else None
    if found is None:
        found = target.remote(**defaults)(code) if defaults else target.remote(code)
        _converted[decorated] = target, found
    changed = {name: value for name, value in options.items() if value is not None and defaults.get(name) != value}
    return found.options(**changed) if changed else found


def _state_client(rays: type[Any]) -> Callable[..., Any]:
    """Give what stands in the place of Ray's class, which each function of `ray.util.state` makes an instance of."""

    @functools.wraps(rays, updated=())
    def choose(address: str | None = None, *args: Any, **options: Any) -> Any:
        target = routing.target()
        if target is None or address is not None:
            return rays(address, *args, **options)
        return SessionState(target, ray.util.state.common, ray.util.state.exception)

    return choose


def _keep_session(cls: type[threading.Thread]) -> None:
    """Have threads of this class, which is Ray's, go on with the session in which they were started."""
    original = cls.start

    def start(self: Any) -> None:
        self.run = functools.partial(contextvars.copy_context().run, self.run)
        original(self)

    cls.start = start  # type: ignore[method-assign]


def _keep_handles(scanner_class: Any) -> None:
    """Have handles in the arguments of a graph stay what they are where Ray copies the arguments by pickling them."""
    original = scanner_class.reducer_override

    def reducer_override(self: Any, obj: Any) -> Any:
        if type(obj) not in PRESENTED:
            return original(self, obj)
        _bound[id(obj)] = obj  # the node has it for as long as it is there
        return _find_bound, (id(obj),)

    scanner_class.reducer_override = reducer_override


def _find_bound(number: int) -> Any:
    return _bound[number]


def _pickle_as_token(cls: type, token: Callable[..., Any]) -> None:
    """Have instances pickled for a session as its tokens (docs/protocol.md, rules T5 and T6)."""
    original: Any = cls.__reduce_ex__

    def reduce(self: Any, protocol: Any) -> Any:
        return original(self, protocol) if routing.target() is None else (token, undecorated(self))

    cls.__reduce_ex__ = reduce  # type: ignore[assignment, method-assign]


def real_error(error: BaseException) -> BaseException:
    """Give an error of `ray.exceptions` in place of ours of the same name; another as it is."""
    ours = "ray_client.exceptions"
    if not any(cls.__module__ == ours for cls in type(error).__mro__):
        return error
    reduced: Any = error.__reduce_ex__(2)  # such that Ray's own class can be made of it
    make, args, *state = reduced
    real: BaseException
    if "(" in type(error).__name__:  # of two classes: Ray's, and that of the cause
        real = make(real_error(args[0]))
        return real.with_traceback(error.__traceback__)
    cls = getattr(ray.exceptions, type(error).__name__, None)
    if cls is None:  # the cluster's Ray is newer
        return error
    if issubclass(cls, ray.exceptions.ObjectLostError):  # what they take is not the same in all versions
        known = inspect.signature(cls).parameters
        real = cls(**{name: value for name, value in vars(error).items() if name in known})
    else:
        real = cls(*args)
        real.__dict__.update(*state)
    return real.with_traceback(error.__traceback__)
