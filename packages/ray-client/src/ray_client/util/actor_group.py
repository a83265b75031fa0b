"""What `ray.util.actor_group` has: actors of one class, called together."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any, NoReturn

from ray_client.tracebacks import shorten_all

__all__ = ["ActorConfig", "ActorGroup", "ActorGroupMethod", "ActorWrapper"]


@dataclass
class ActorWrapper:
    """An actor of a group, and what its method `get_actor_metadata` gave; None if it has none."""

    actor: Any
    metadata: Any


@dataclass
class ActorConfig:
    """With what each actor of a group is created."""

    num_cpus: float
    num_gpus: float
    resources: dict[str, float] | None
    init_args: tuple[Any, ...]
    init_kwargs: dict[str, Any]


class ActorGroupMethod:
    """A method of all actors of a group."""

    def __init__(self, actor_group: ActorGroup, method_name: str) -> None:
        self.actor_group = weakref.ref(actor_group)
        self._method_name = method_name

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        name = self._method_name
        raise TypeError(
            f"ActorGroup methods cannot be called directly. Instead of 'object.{name}()', use 'object.{name}.remote()'."
        )

    def remote(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Call the method on each actor; give a reference to each result."""
        group = self.actor_group()
        if group is None:
            raise RuntimeError(f"the ActorGroup of the method {self._method_name!r} is gone; keep a reference to it")
        return [getattr(wrapper.actor, self._method_name).remote(*args, **kwargs) for wrapper in group.actors]


class ActorGroup:
    """Actors of one class; a method of the group calls that of each actor, and gives a list of references."""

    def __init__(
        self,
        actor_cls: type[Any],
        num_actors: int = 1,
        num_cpus_per_actor: float = 1,
        num_gpus_per_actor: float = 0,
        resources_per_actor: dict[str, float] | None = None,
        init_args: tuple[Any, ...] | None = None,
        init_kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Create the actors.

        Raises:
            ValueError: there are to be no actors, or resources are negative.
            NotConnectedError: no session is open.
        """
        import ray_client

        if num_actors <= 0:
            raise ValueError(f"`num_actors` must be greater than 0, got {num_actors}")
        if num_cpus_per_actor < 0 or num_gpus_per_actor < 0:
            raise ValueError(
                "the CPUs and GPUs of an actor must not be negative, got "
                f"num_cpus_per_actor={num_cpus_per_actor}, num_gpus_per_actor={num_gpus_per_actor}"
            )
        self.actors: list[ActorWrapper] = []
        self.num_actors = num_actors
        self.actor_config = ActorConfig(
            num_cpus_per_actor, num_gpus_per_actor, resources_per_actor, init_args or (), init_kwargs or {}
        )
        self._remote_cls: Any = ray_client.remote(
            num_cpus=num_cpus_per_actor, num_gpus=num_gpus_per_actor, resources=resources_per_actor
        )(actor_cls)
        self.start()

    def __getattr__(self, item: str) -> ActorGroupMethod:
        if item == "actors":  # of a group that is being unpickled
            raise AttributeError(item)
        if not self.actors:
            raise RuntimeError("this ActorGroup has been shut down; start it again with start()")
        return ActorGroupMethod(self, item)

    def __len__(self) -> int:
        return len(self.actors)

    def __getitem__(self, item: Any) -> Any:
        return self.actors[item]

    def start(self) -> None:
        """Create the actors.

        Raises:
            RuntimeError: they run already.
        """
        if self.actors:
            raise RuntimeError("the actors run already; call shutdown() before you start them again")
        self.add_actors(self.num_actors)

    def shutdown(self, patience_s: float = 5) -> None:
        """End the actors: those that did not end by themselves within `patience_s` are killed."""
        import ray_client

        ends = [wrapper.actor.__ray_terminate__.remote() for wrapper in self.actors] if patience_s > 0 else []
        left = ray_client.wait(ends, num_returns=len(ends), timeout=patience_s)[1] if ends else []
        if left or patience_s <= 0:
            for wrapper in self.actors:
                ray_client.kill(wrapper.actor)
        self.actors = []

    def remove_actors(self, actor_indexes: list[int]) -> None:
        """Let go of the actors at these places."""
        self.actors = [wrapper for place, wrapper in enumerate(self.actors) if place not in actor_indexes]

    def add_actors(self, num_actors: int) -> None:
        """Create so many actors more."""
        import ray_client

        config = self.actor_config
        actors = [self._remote_cls.remote(*config.init_args, **config.init_kwargs) for _ in range(num_actors)]
        has_metadata = bool(actors) and hasattr(actors[0], "get_actor_metadata")
        metadata = ray_client.get([actor.get_actor_metadata.remote() for actor in actors]) if has_metadata else []
        self.actors += [
            ActorWrapper(actor, metadata[place] if has_metadata else None) for place, actor in enumerate(actors)
        ]

    @property
    def actor_metadata(self) -> list[Any]:
        """What each actor's `get_actor_metadata` gave."""
        return [wrapper.metadata for wrapper in self.actors]


shorten_all(globals())
