"""Where a task or an actor is to run. The attributes are those of Ray's classes, which the cluster makes of these."""

from __future__ import annotations

from typing import Any

from ray_client.tracebacks import shorten_all

__all__ = [
    "DoesNotExist",
    "Exists",
    "In",
    "NodeAffinitySchedulingStrategy",
    "NodeLabelSchedulingStrategy",
    "NotIn",
    "PlacementGroupSchedulingStrategy",
]

_ID_HEX_DIGITS = 56


class PlacementGroupSchedulingStrategy:
    """Run in a placement group, in one of its bundles or, with -1, in any."""

    def __init__(
        self,
        placement_group: Any,
        placement_group_bundle_index: int = -1,
        placement_group_capture_child_tasks: bool | None = None,
    ) -> None:
        self.placement_group = placement_group
        self.placement_group_bundle_index = placement_group_bundle_index
        self.placement_group_capture_child_tasks = placement_group_capture_child_tasks


class NodeAffinitySchedulingStrategy:
    """Run on the node of this hex id; with `soft`, elsewhere if that node is gone."""

    def __init__(
        self,
        node_id: str,
        soft: bool,
        _spill_on_unavailable: bool = False,
        _fail_on_unavailable: bool = False,
    ) -> None:
        """Take the node's id as `nodes()` gives it.

        Raises:
            ValueError: it is no id of a node, or the options exclude each other.
        """
        self.node_id: str = node_id if isinstance(node_id, str) else node_id.hex()
        self.soft = soft
        self._spill_on_unavailable = _spill_on_unavailable
        self._fail_on_unavailable = _fail_on_unavailable
        if not _is_id(self.node_id):
            raise ValueError(
                f"Invalid node_id '{self.node_id}'. Node ID must be a valid hex string, such as `NodeID` in what "
                "ray_client.nodes() gives."
            )
        if _spill_on_unavailable and not soft:
            raise ValueError("_spill_on_unavailable cannot be set when soft is False. Set soft to True to use it.")
        if _fail_on_unavailable and soft:
            raise ValueError("_fail_on_unavailable cannot be set when soft is True. Set soft to False to use it.")


def _is_id(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) * 2 == _ID_HEX_DIGITS and text.lower() != "f" * _ID_HEX_DIGITS
    except ValueError:
        return False


class _Values:
    """A condition on a label's value."""

    def __init__(self, *values: str) -> None:
        if not values or not all(isinstance(value, str) for value in values):
            name = type(self).__name__
            raise ValueError(f'{name} needs one or more values of type str, such as {name}("a", "b"), not {values}')
        self.values = list(values)


class In(_Values):
    """The label has one of these values."""


class NotIn(_Values):
    """The label has none of these values."""


class Exists:
    """The node has the label."""


class DoesNotExist:
    """The node does not have the label."""


class _LabelMatchExpression:
    """A label and its condition, as Ray keeps them."""

    def __init__(self, key: str, operator: In | NotIn | Exists | DoesNotExist) -> None:
        self.key = key
        self.operator = operator


class NodeLabelSchedulingStrategy:
    """Run on a node whose labels meet the `hard` conditions, and the `soft` ones where that can be."""

    def __init__(self, hard: dict[str, Any] | None, *, soft: dict[str, Any] | None = None) -> None:
        """Take conditions such as `{"region": In("us"), "gpu": Exists()}`.

        Raises:
            ValueError: there is no condition, or one is not of that form.
        """
        self.hard = _expressions(hard, "hard")
        self.soft = _expressions(soft, "soft")
        if not (self.hard or self.soft):
            raise ValueError("The `hard` and `soft` parameter of NodeLabelSchedulingStrategy cannot both be empty.")


def _expressions(conditions: dict[str, Any] | None, parameter: str) -> list[_LabelMatchExpression]:
    if conditions is not None and not isinstance(conditions, dict):
        raise ValueError(f'The {parameter} parameter must be a map such as {{"key": In("value")}}, not {conditions!r}.')
    for key, condition in (conditions or {}).items():
        if not isinstance(key, str) or not isinstance(condition, (In, NotIn, Exists, DoesNotExist)):
            raise ValueError(
                f"The {parameter} parameter must map labels to In, NotIn, Exists or DoesNotExist, not {key!r} to "
                f"{condition!r}."
            )
    return [_LabelMatchExpression(key, condition) for key, condition in (conditions or {}).items()]


shorten_all(globals())
