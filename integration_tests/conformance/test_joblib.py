"""joblib on a pool of actors."""

from __future__ import annotations

import os
from typing import Any

import pytest

from conformance.actors import Meeting
from conformance.api import ray

joblib = pytest.importorskip("joblib", reason="joblib is not installed here")

if ray.__name__ == "ray":
    from ray.util.joblib import register_ray
else:
    from ray_client.util.joblib import register_ray


@pytest.fixture(autouse=True, scope="module")
def backend(session: None) -> None:
    register_ray()


def square(x: int) -> int:
    return x * x


def attend(meeting: Any) -> int:
    ray.get(meeting.attend.remote(os.getpid()))
    return os.getpid()


def refuse(x: int) -> int:
    raise ValueError(f"not {x}")


def test_work_comes_back_in_order() -> None:
    with joblib.parallel_backend("ray", n_jobs=2):
        found = joblib.Parallel()(joblib.delayed(square)(x) for x in range(10))
    assert found == [x * x for x in range(10)]


def test_work_is_done_by_other_processes() -> None:
    meeting = Meeting.remote(2)
    with joblib.parallel_backend("ray", n_jobs=2):
        found = set(joblib.Parallel(batch_size=1)(joblib.delayed(attend)(meeting) for _ in range(8)))
    assert os.getpid() not in found
    assert len(found) == 2


def test_an_error_is_raised() -> None:
    with joblib.parallel_backend("ray", n_jobs=2), pytest.raises(ValueError, match="not 3"):
        joblib.Parallel()(joblib.delayed(refuse)(x) for x in [3])


def test_a_generator_of_results() -> None:
    with joblib.parallel_backend("ray", n_jobs=1):
        found = joblib.Parallel(return_as="list")(joblib.delayed(square)(x) for x in range(3))
    assert list(found) == [0, 1, 4]


def test_all_cpus_are_the_cluster_s() -> None:
    with joblib.parallel_backend("ray"):
        assert joblib.effective_n_jobs(-1) == int(ray.cluster_resources()["CPU"])
