"""Jobs of a cluster, from an environment without ray: the client of the dashboard runs in the session's driver."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster import Head
from ray_client.job_submission import JobStatus, JobSubmissionClient
from ways import serving

import ray_client as ray
from ray_client.errors import PackageError

pytestmark = pytest.mark.timeout(180)  # a head with a dashboard, and processes of jobs


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    head = Head.start(with_dashboard=True)
    try:
        with serving(head) as gateway, ray.init(gateway.address, log_to_driver=False):
            yield JobSubmissionClient(head.dashboard)
    finally:
        ray.shutdown()
        head.close()


def status_of(client: Any, job: str) -> Any:
    until = time.monotonic() + 100
    while not (status := client.get_job_status(job)).is_terminal() and time.monotonic() < until:
        time.sleep(0.2)  # as in Ray's own documentation: a job has no event to wait for
    return status


def test_a_job_is_submitted_followed_and_deleted(client: Any) -> None:
    job = client.submit_job(entrypoint="echo hello", submission_id="greeting", metadata={"by": "test"})
    assert job == "greeting"
    assert status_of(client, job) == JobStatus.SUCCEEDED
    assert "hello" in client.get_job_logs(job)
    info = client.get_job_info(job)
    assert (info.status, info.entrypoint, info.metadata) == (JobStatus.SUCCEEDED, "echo hello", {"by": "test"})
    assert [each.submission_id for each in client.list_jobs() if each.submission_id == job] == [job]
    assert client.delete_job(job) is True


def test_a_job_has_directories_of_this_machine(client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (
        *(("dir/main.py", "import inner, os; print(inner.WORD, sorted(os.listdir()))"), ("dir/big.bin", "")),
        ("modules/inner/__init__.py", "WORD = 'inner'"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path / "dir")  # where the driver is not
    environment = {"working_dir": "./", "py_modules": ["../modules/inner"], "excludes": ["*.bin"]}
    job = client.submit_job(entrypoint="python main.py", runtime_env=environment)
    assert status_of(client, job) == JobStatus.SUCCEEDED
    assert "inner ['main.py']" in client.get_job_logs(job)
    with pytest.raises(PackageError, match="nowhere"):
        client.submit_job(entrypoint="true", runtime_env={"working_dir": "nowhere"})


def test_a_job_that_fails_and_one_that_there_is_not(client: Any) -> None:
    assert status_of(client, client.submit_job(entrypoint="exit 3")) == JobStatus.FAILED
    with pytest.raises(RuntimeError, match="does not exist"):
        client.get_job_status("no-such-job")
