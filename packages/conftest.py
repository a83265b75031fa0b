"""How properties are tested: with the same examples each time, however long they take, or in a search with others."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

#: A busy machine is no reason to fail, and neither is what an earlier run has left in a database of examples.
_PATIENT = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None, print_blob=True)

settings.register_profile("same", _PATIENT, derandomize=True, max_examples=100)
settings.register_profile("search", _PATIENT, max_examples=2000)
settings.load_profile("same")
