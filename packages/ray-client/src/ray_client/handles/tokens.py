"""Handles to tokens and back: the tables that pickling is given (docs/protocol.md, rules T1 to T9, T15)."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from ray_client.cluster_only import LibraryValue
from ray_client.errors import WrongSessionError
from ray_client.handles.actor import ActorClass, ActorHandle
from ray_client.handles.function import RemoteFunction
from ray_client.handles.methods import MethodFacts
from ray_client.handles.object_ref import ObjectRef
from ray_client.handles.ref_generator import DynamicObjectRefGenerator, ObjectRefGenerator
from ray_client.pickling.opaque import OPAQUE_TOKEN_MAKERS
from ray_client.pickling.pickler import Token
from ray_client.pickling.unpickler import TokenReaders, find_mirrored, find_module
from ray_client.session.session import Session
from ray_client_proto.wire import tokens

_STREAMING = "streaming"


def token_makers(session: Session) -> dict[type, Callable[[Any], Token]]:
    """Give the table of what a session's pickler does with each type of handle."""

    def check(handle: Any) -> None:
        if handle._session is not session:
            raise WrongSessionError(repr(handle), handle._session.id, session.id)

    def own(handle: Any) -> Any:
        check(handle)
        return handle._handle_id

    def function(decorated: RemoteFunction[Any, Any]) -> Token:
        if decorated._session is not None:  # by `@session.remote`
            check(decorated)
        return tokens.remote_function, (decorated._function, decorated._options)

    def actor_class(decorated: ActorClass[Any]) -> Token:
        if decorated._session is not None:
            check(decorated)
        return tokens.actor_class, (decorated._class, decorated._options)

    def actor(handle: ActorHandle[Any]) -> Token:
        methods = tuple(
            (name, 1 if facts.num_returns == _STREAMING else facts.num_returns, facts.num_returns == _STREAMING)
            for name, facts in handle._methods.items()
        )
        return tokens.actor_handle, (own(handle), handle._class_name, methods)

    return {
        ObjectRef: lambda ref: (tokens.object_ref, (own(ref),)),
        ObjectRefGenerator: lambda generator: (tokens.ref_generator, (own(generator),)),
        DynamicObjectRefGenerator: lambda generator: (tokens.dynamic_refs, (list(generator),)),
        ActorHandle: actor,
        RemoteFunction: function,
        ActorClass: actor_class,
        LibraryValue: lambda value: value.token_in(session),
        **OPAQUE_TOKEN_MAKERS,
    }


def token_readers(session: Session, claim: Callable[[int], None]) -> TokenReaders:
    """Give the table of what a session's unpickler makes of each token.

    Args:
        session: whose handles they become.
        claim: told the id of each handle made, which takes over one count of the payload.
    """

    def claimed(handle_id: int) -> int:
        claim(handle_id)
        return handle_id

    def actor(handle_id: int, class_name: str, methods: tuple[tuple[str, int, bool], ...]) -> ActorHandle[Any]:
        table = {
            name: MethodFacts(_STREAMING if is_streaming else num_returns)
            for name, num_returns, is_streaming in methods
        }
        return ActorHandle(session, claimed(handle_id), class_name, table)

    def held(object_id: int, *facts: Any) -> Any:
        """Give what stands for an object of the driver's; without the package that does, the value cannot be read."""
        return importlib.import_module("ray_client_libraries.held").of(session, claimed(object_id), *facts)

    return {
        tokens.library_object.__name__: held,
        tokens.library_method.__name__: lambda target, name: type(target).method_named(target, name),
        tokens.object_ref.__name__: lambda ref_id: ObjectRef(session, claimed(ref_id)),
        tokens.ref_generator.__name__: lambda generator_id: ObjectRefGenerator(session, claimed(generator_id)),
        tokens.dynamic_refs.__name__: DynamicObjectRefGenerator,
        tokens.actor_handle.__name__: actor,
        tokens.remote_function.__name__: RemoteFunction,
        tokens.actor_class.__name__: ActorClass,
        tokens.ray_module.__name__: find_module,
        tokens.ray_global.__name__: find_mirrored,
    }
