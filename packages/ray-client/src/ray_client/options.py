"""The options of tasks, actors and methods that Ray 2.60 knows, and what each may be.

The cluster checks them again; here a mistake is shown where it was made. Wrong types raise `TypeError`
and wrong values `ValueError`, as in Ray. Options that no table has are for the cluster's Ray to judge, which may
be a newer one (`handles/newer.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ray_client.deprecation import warn_deprecated

_NONE: Final = type(None)
#: Ray counts resources in units of this size.
_SMALLEST_QUANTITY: Final = 0.0001

_LABEL: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?"
_LABEL_KEY: Final = re.compile(rf"(?:(?=.{{1,253}}/){_LABEL}(?:\.{_LABEL})*/)?{_LABEL}")
_LABEL_CONDITION: Final = re.compile(rf"!?{_LABEL}|!?(?:in)?\({_LABEL}(?:, ?{_LABEL})*\)")

#: Names of classes that Ray takes where a scheduling strategy or a placement group is wanted. By name, since
#: theirs may be an object of the cluster that this process only passes on.
_STRATEGIES: Final = frozenset(
    {"PlacementGroupSchedulingStrategy", "NodeAffinitySchedulingStrategy", "NodeLabelSchedulingStrategy"}
)


class _Option(NamedTuple):
    """Which types a value may have, and a function that says what is wrong with it."""

    types: tuple[type, ...] = ()
    complaint: Callable[[Any], str | None] = lambda value: None


def _from(lowest: int, meaning: str) -> Callable[[Any], str | None]:
    def complaint(value: int | None) -> str | None:
        return None if value is None or value >= lowest else f"it only accepts None, {meaning}"

    return complaint


_NATURAL: Final = _Option((int, _NONE), _from(0, "0 or a positive integer"))
_NATURAL_OR_INFINITE: Final = _Option(
    (int, _NONE), _from(-1, "0, -1 or a positive integer, where -1 represents infinity")
)


def _quantity(value: float | None) -> str | None:
    if value is None or value == 0:
        return None
    if value < 0:
        return "the quantity of a resource cannot be negative"
    if isinstance(value, float) and value < _SMALLEST_QUANTITY:
        return f"the precision of the fractional quantity of a resource cannot go beyond {_SMALLEST_QUANTITY}"
    return None


_QUANTITY: Final = _Option((float, int, _NONE), _quantity)


def _resources(value: Mapping[str, float] | None) -> str | None:
    for name, quantity in (value or {}).items():
        if name in ("CPU", "GPU"):
            return "use the 'num_cpus' and 'num_gpus' keyword instead of 'CPU' and 'GPU' in 'resources' keyword"
        if found := _quantity(quantity):
            return f"{found} ({name}={quantity})"
    return None


def _labels(value: Mapping[str, str] | None) -> str | None:
    for key, condition in (value or {}).items():
        if not _LABEL_KEY.fullmatch(key):
            return (
                f"invalid label key {key!r}: letters, digits, '-', '_' and '.', at most 63, after an optional prefix/"
            )
        if condition and not _LABEL_CONDITION.fullmatch(condition):
            return f"invalid label selector value {condition!r}: such as 'a', '!a', 'in(a, b)' or '!in(a, b)'"
    return None


def _fallbacks(value: list[Any] | None) -> str | None:
    for strategy in value or ():
        if not isinstance(strategy, dict) or strategy.keys() != {"label_selector"}:
            return "each element must be a dictionary with the one key 'label_selector'"
        if found := _labels(strategy["label_selector"]):
            return found
    return None


def _num_returns(value: Any) -> str | None:
    if value is None or value in ("dynamic", "streaming") or (isinstance(value, int) and value >= 0):
        return None
    return (
        "it only accepts None, a non-negative integer, 'streaming' (for generators), or 'dynamic', which is deprecated"
    )


def _retry_exceptions(value: Any) -> str | None:
    if isinstance(value, bool) or all(isinstance(item, type) and issubclass(item, Exception) for item in value):
        return None
    return "it must be either a boolean or a list of exceptions"


def _strategy(value: Any) -> str | None:
    if value is None or isinstance(value, str) or type(value).__name__ in _STRATEGIES:
        return None
    raise TypeError(
        f"The type of keyword 'scheduling_strategy' must be None, a str, or one of {sorted(_STRATEGIES)}, but received "
        f"type {type(value)}"
    )


def _backpressure(value: int | None) -> str | None:
    return None if value is None or value == -1 or value > 0 else "it must be more than 0, or -1 to disable it"


def _one_of(*values: str | None) -> Callable[[Any], str | None]:
    return lambda value: None if value in values else f"it must be one of {values}"


_COMMON: Final[dict[str, _Option]] = {
    "label_selector": _Option((dict, _NONE), _labels),
    "fallback_strategy": _Option((list, _NONE), _fallbacks),
    "accelerator_type": _Option((str, _NONE)),
    "memory": _QUANTITY,
    "name": _Option((str, _NONE)),
    "num_cpus": _QUANTITY,
    "num_gpus": _QUANTITY,
    "object_store_memory": _NATURAL,
    "placement_group": _Option(),
    "placement_group_bundle_index": _Option((int,)),
    "placement_group_capture_child_tasks": _Option((bool, _NONE)),
    "resources": _Option((dict, _NONE), _resources),
    "runtime_env": _Option((dict, _NONE)),
    "scheduling_strategy": _Option((), _strategy),
    "enable_task_events": _Option((bool,)),
    "_labels": _Option((dict, _NONE)),
}
_GENERATOR: Final[dict[str, _Option]] = {
    "_generator_backpressure_num_objects": _Option((int, _NONE), _backpressure),
    "_num_objects_per_yield": _Option((int, _NONE), _from(1, "or a positive integer")),
}
_TASK: Final[dict[str, _Option]] = {
    **_COMMON,
    **_GENERATOR,
    "max_calls": _NATURAL,
    "max_retries": _NATURAL_OR_INFINITE,
    "num_returns": _Option((int, str, _NONE), _num_returns),
    "object_store_memory": _Option(
        (int, _NONE),
        lambda value: None if value is None else "setting 'object_store_memory' is not implemented for tasks",
    ),
    "retry_exceptions": _Option((bool, list, tuple), _retry_exceptions),
}
_ACTOR: Final[dict[str, _Option]] = {
    **_COMMON,
    "concurrency_groups": _Option((list, dict, _NONE)),
    "enable_tensor_transport": _Option((bool, _NONE)),
    "lifetime": _Option((str, _NONE), _one_of(None, "detached", "non_detached")),
    "max_concurrency": _NATURAL,
    "max_restarts": _NATURAL_OR_INFINITE,
    "max_task_retries": _NATURAL_OR_INFINITE,
    "max_pending_calls": _NATURAL_OR_INFINITE,
    "namespace": _Option((str, _NONE)),
    "get_if_exists": _Option((bool,)),
    "allow_out_of_order_execution": _Option((bool, _NONE)),
    "_actor_generator_backpressure_num_objects": _Option((int, _NONE), _backpressure),
}
_METHOD: Final[dict[str, _Option]] = {
    "name": _Option((str, _NONE)),
    "num_returns": _Option((int, str, _NONE), _num_returns),
    "max_task_retries": _NATURAL_OR_INFINITE,
    "retry_exceptions": _Option(
        (bool, list, tuple, _NONE), lambda value: None if not value else _retry_exceptions(value)
    ),
    "concurrency_group": _Option((str, _NONE)),
    "enable_task_events": _Option((bool, _NONE)),
    "tensor_transport": _Option((str, _NONE)),
    "_generator_backpressure_num_objects": _GENERATOR["_generator_backpressure_num_objects"],
}


_KNOWN: Final = frozenset().union(_TASK, _ACTOR, _METHOD)


def unknown_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give those options that no table here has; a newer Ray than this client knows of may have them."""
    return {keyword: value for keyword, value in options.items() if keyword not in _KNOWN}


def _check(options: Mapping[str, Any], allowed: Mapping[str, _Option], of_what: str) -> None:
    for keyword, value in options.items():
        if keyword not in _KNOWN:
            continue
        option = allowed.get(keyword)
        if option is None:
            raise ValueError(f"Invalid option keyword {keyword} for {of_what}. Valid ones are {list(allowed)}.")
        if option.types and not isinstance(value, option.types):
            names = " or ".join("None" if cls is _NONE else cls.__name__ for cls in option.types)
            raise TypeError(f"The type of keyword '{keyword}' must be {names}, but received type {type(value)}")
        if found := option.complaint(value):
            raise ValueError(f"The keyword '{keyword}' cannot be {value!r}: {found}.")


def check_strategy(options: Mapping[str, Any]) -> None:
    """Check the name of a scheduling strategy, when a call is made: Ray takes any text before.

    Raises:
        ValueError: it is the name of none.
    """
    strategy = options.get("scheduling_strategy")
    if isinstance(strategy, str) and strategy not in ("DEFAULT", "SPREAD"):
        raise ValueError(f"There is no scheduling_strategy {strategy!r}; by name there are 'DEFAULT' and 'SPREAD'")


def _check_placement(options: Mapping[str, Any]) -> None:
    has_group = options.get("placement_group", "default") not in ("default", None)
    if has_group and options.get("scheduling_strategy") is not None:
        raise ValueError(
            "Placement groups should be specified via the scheduling_strategy option. The placement_group option is "
            "deprecated."
        )


def check_num_returns(num_returns: Any, is_generator: bool) -> None:
    """Check `num_returns` against the function that it is for; warn of `"dynamic"`, as Ray does.

    Raises:
        ValueError: a stream is wanted of a function that has no `yield`, or the number is negative.
    """
    if isinstance(num_returns, int) and num_returns < 0:
        raise ValueError(f"num_returns must be >= 0, but got {num_returns}.")
    if num_returns == "dynamic":
        text = "num_returns='dynamic' is deprecated and goes away in a later Ray; use num_returns='streaming' instead."
        warn_deprecated(text)
    if num_returns in ("streaming", "dynamic") and not is_generator:
        raise ValueError(
            f"num_returns='{num_returns}' can only be used with generator functions (functions that use 'yield'). The "
            "decorated function is not a generator function."
        )


def validate_task_options(
    options: Mapping[str, Any], in_options: bool = False, is_generator: bool | None = None
) -> None:
    """Check the options of `remote` on a function, or of its `.options()`.

    Args:
        options: by keyword.
        in_options: they were given to `.options()`, where fewer are allowed.
        is_generator: whether the function yields; None where that is not known.

    Raises:
        ValueError: an option is for something else, or its value makes no sense.
        TypeError: a value has the wrong type.
    """
    _check(options, _TASK, "remote functions")
    if in_options and "max_calls" in options:
        raise ValueError("Setting 'max_calls' is not supported in '.options()'.")
    _check_placement(options)
    if is_generator is not None:
        check_num_returns(options.get("num_returns"), is_generator)


def validate_actor_options(options: Mapping[str, Any], in_options: bool = False) -> None:
    """Check the options of `remote` on a class, or of its `.options()`.

    Raises:
        ValueError: an option is for something else, or its value makes no sense.
        TypeError: a value has the wrong type.
    """
    _check(options, _ACTOR, "actors")
    if in_options and "concurrency_groups" in options:
        raise ValueError("Setting 'concurrency_groups' is not supported in '.options()'.")
    if options.get("get_if_exists") and not options.get("name"):
        raise ValueError("The actor name must be specified to use `get_if_exists`.")
    _check_placement(options)


def validate_method_options(options: Mapping[str, Any]) -> None:
    """Check the options of an actor's method, as for its `.options()`.

    Raises:
        ValueError: a value makes no sense.
        TypeError: an option is for something else, or its value has the wrong type.
    """
    if "_num_objects_per_yield" in options:
        raise ValueError("_num_objects_per_yield belongs to @ray.method(...), not to a method's options().")
    others = (options.keys() & _KNOWN) - _METHOD.keys()
    if others:
        raise TypeError(f"unexpected keyword argument {sorted(others)[0]!r}; options of a method are {list(_METHOD)}")
    _check(options, _METHOD, "actor methods")
