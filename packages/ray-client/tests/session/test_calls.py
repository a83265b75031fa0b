"""What calls refuse by themselves."""

from __future__ import annotations

import pytest

from ray_client.errors import LimitExceededError
from ray_client.session import calls
from ray_client_proto.wire.limits import RESULTS


@pytest.mark.parametrize("count", [RESULTS + 1, 10**9, 2**64])
def test_a_call_with_too_many_results_names_none_of_them(count: int) -> None:
    with pytest.raises(LimitExceededError, match=f"limit for results: {RESULTS}"):
        calls.schedule_task(None, b"", (), {}, None, count)  # type: ignore[arg-type]
