"""What `ray.util.state` asks a dashboard, asked through a session."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import ray_client.util.state as ours
from ray_client import ClientContext
from ray_client.handles import current
from ray_client.util.state.exception import RayStateApiException


class SessionState:
    """Stands for Ray's client of the dashboard: the session's driver answers, in Ray's own records.

    Args:
        context: the session.
        records: Ray's module with the classes of records.
        errors: Ray's module with what it raises.
    """

    def __init__(self, context: ClientContext, records: ModuleType, errors: ModuleType) -> None:
        self._context, self._records, self._errors = context, records, errors

    def list(self, resource: Any, options: Any, raise_on_missing_output: bool = True, _explain: bool = False) -> Any:
        """Do what `list_actors` and its like do."""
        return self._ask(
            f"list_{resource.value}",
            filters=options.filters or None,
            limit=options.limit,
            timeout=options.timeout,
            detail=options.detail,
            raise_on_missing_output=raise_on_missing_output,
        )

    def get(self, resource: Any, id: Any, options: Any, _explain: bool = False) -> Any:
        """Do what `get_actor` and its like do."""
        name = "get_objects" if resource.value == "objects" else f"get_{resource.value[:-1]}"
        return self._ask(name, id=id, timeout=options.timeout)

    def summary(
        self, resource: Any, *, options: Any, raise_on_missing_output: bool = True, _explain: bool = False
    ) -> Any:
        """Do what `summarize_actors` and its like do."""
        name = f"summarize_{resource.value}"
        return self._ask(name, timeout=options.timeout, raise_on_missing_output=raise_on_missing_output)

    def _ask(self, name: str, **arguments: Any) -> Any:
        try:
            with current.use(self._context._session):
                return self._real(getattr(ours, name)(**arguments))
        except RayStateApiException as error:
            raise getattr(self._errors, type(error).__name__)(*error.args) from None

    def _real(self, said: Any) -> Any:
        """Give Ray's records for ours; what is of no such class as it is."""
        if isinstance(said, list):
            return [self._real(each) for each in said]
        record_class = getattr(self._records, type(said).__name__, None)
        if record_class is None:
            return said
        known = inspect.signature(record_class).parameters  # the cluster's Ray may be newer, and say more
        return record_class(**{name: value for name, value in vars(said).items() if name in known})
