"""The backend for joblib. Imported only where joblib is: it is no requirement of this package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from joblib.parallel import AutoBatchingMixin, ParallelBackendBase

from ray_client.tracebacks import shorten_all
from ray_client.util.multiprocessing.pool import Pool


class RayBackend(AutoBatchingMixin, ParallelBackendBase):  # type: ignore[misc]  # joblib has no annotations
    """Does joblib's batches in a pool of as many actors as there are jobs."""

    supports_retrieve_callback = True
    default_n_jobs = -1

    def __init__(self, nesting_level: int | None = None, ray_remote_args: dict[str, Any] | None = None, **kwargs: Any):
        """Take the options of the actors, beside what joblib says."""
        super().__init__(nesting_level=nesting_level, **kwargs)
        self._ray_remote_args = ray_remote_args
        self._pool: Pool | None = None

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """Give how many actors there will be: at most as many as the cluster has CPUs.

        Raises:
            ValueError: 0 was asked for.
        """
        import ray_client

        if not ray_client.is_initialized():
            ray_client.init()
        cpus = int(ray_client.cluster_resources().get("CPU", 1))
        if n_jobs == 0:
            raise ValueError("n_jobs == 0 in Parallel has no meaning")
        if n_jobs is None:
            return 1
        return min(n_jobs, cpus) if n_jobs > 0 else max(1, cpus + 1 + n_jobs)

    def configure(self, n_jobs: int = 1, parallel: Any = None, **_others: Any) -> int:
        """Start the actors; give how many there are."""
        count = self.effective_n_jobs(n_jobs)
        self.parallel = parallel
        self._pool = Pool(count, ray_remote_args=self._ray_remote_args)
        return count

    def submit(self, func: Callable[[], Any], callback: Callable[[Any], object] | None = None) -> Any:
        """Have a batch done; `callback` gets what `retrieve_result_callback` takes."""
        if self._pool is None:
            raise RuntimeError("joblib submits work to a backend that it has not configured")
        told = callback or (lambda outcome: None)
        return self._pool.apply_async(
            func,
            callback=lambda results: told((True, results)),
            error_callback=lambda error: told((False, error)),
        )

    apply_async = submit  # its name before joblib 1.5

    def retrieve_result_callback(self, outcome: tuple[bool, Any]) -> Any:
        """Give the results of a batch, or raise what it raised."""
        is_fine, value = outcome
        if not is_fine:
            raise value
        return value

    def terminate(self) -> None:
        """End the actors."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """End the actors with what they do; start others if joblib goes on."""
        self.terminate()
        if ensure_ready:
            self.configure(n_jobs=self.parallel.n_jobs, parallel=self.parallel)


shorten_all(globals())
