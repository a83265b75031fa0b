"""Several sessions in one process, and one session in many threads."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from conformance.actors import Counter
from gateway import Gateway

import ray_client as ray
from ray_client.errors import WrongSessionError


@ray.remote
def job() -> str:
    return ray.get_runtime_context().get_job_id()


def test_two_sessions_side_by_side(gateway: Gateway) -> None:
    one = ray.init(gateway.address, namespace="one", log_to_driver=False)
    two = ray.init(gateway.address, namespace="two", log_to_driver=False, allow_multiple=True)
    assert one.session_id != two.session_id
    with two:
        assert ray.get_runtime_context().namespace == "two"
        second = ray.get(job.remote())
    assert ray.get_runtime_context().namespace == "one"
    assert ray.get(job.remote()) != second
    assert not two.is_connected
    assert one.is_connected
    one.disconnect()
    assert not ray.is_initialized()


def test_handles_stay_in_their_session(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False):
        ref = ray.put(1)
        with ray.init(gateway.address, log_to_driver=False, allow_multiple=True):
            for use in (lambda: ray.get(ref), lambda: ray.put([ref]), lambda: job.remote(ref), lambda: ray.wait([ref])):
                with pytest.raises((WrongSessionError, TypeError)):
                    use()
            with pytest.raises(WrongSessionError) as caught:
                ray.put([ref])
            assert caught.value.handle_session_id != caught.value.used_session_id
        assert ray.get(ref) == 1


def test_equal_ids_of_two_sessions_are_different_references(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False):
        one = ray.put(1)
        with ray.init(gateway.address, log_to_driver=False, allow_multiple=True):
            two = ray.put(1)
            assert one != two
            assert len({one, two}) == 2


def test_a_remote_function_in_two_sessions(gateway: Gateway) -> None:
    jobs = set()
    with ray.init(gateway.address, log_to_driver=False):
        jobs.add(ray.get(job.remote()))
        with ray.init(gateway.address, log_to_driver=False, allow_multiple=True):
            jobs.add(ray.get(job.remote()))
        jobs.add(ray.get(job.remote()))
    assert len(jobs) == 2


def test_init_twice(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False) as context:
        with pytest.raises(RuntimeError, match="twice"):
            ray.init(gateway.address)
        again = ray.init(gateway.address, ignore_reinit_error=True)
        assert again.session_id == context.session_id


def test_names_are_the_session_s_own_without_a_namespace(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False):
        counter = Counter.options(name="mine").remote()
        ray.get(counter.increment.remote())
        with ray.init(gateway.address, log_to_driver=False, allow_multiple=True), pytest.raises(ValueError):
            ray.get_actor("mine")


def test_a_detached_actor_from_one_session_to_the_next(gateway: Gateway) -> None:
    with ray.init(gateway.address, namespace="shared", log_to_driver=False):
        counter = Counter.options(name="kept", lifetime="detached").remote()
        assert ray.get(counter.increment.remote()) == 1
        del counter
    with ray.init(gateway.address, namespace="shared", log_to_driver=False):
        counter = ray.get_actor("kept")
        assert ray.get(counter.increment.remote()) == 2
        ray.kill(counter)


def test_many_threads(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False):
        counter = Counter.remote()

        def use(number: int) -> list[int]:
            refs = [counter.increment.remote() for _ in range(20)]
            assert ray.get(ray.put(number)) == number
            ready, _ = ray.wait(refs, num_returns=20)
            assert len(ready) == 20
            return ray.get(refs)

        with ThreadPoolExecutor(20) as threads:
            seen = [n for part in threads.map(use, range(40)) for n in part]
        assert sorted(seen) == list(range(1, 801))


def test_each_thread_in_a_session_of_its_own(gateway: Gateway) -> None:
    def use(number: int) -> str:
        with ray.init(gateway.address, log_to_driver=False, allow_multiple=True):
            assert ray.get(ray.put(number)) == number
            return ray.get(job.remote())

    with ray.init(gateway.address, log_to_driver=False), ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(use, range(4)))) == 4


def test_handles_dropped_by_many_threads(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False):
        keep = ray.put("kept")

        def use() -> None:
            for _ in range(50):
                refs = [ray.put(i) for i in range(5)]
                assert ray.get(ray.get(ray.put([keep]))[0]) == "kept"
                del refs

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ray.get(keep) == "kept"


def test_nothing_of_ours_is_imported_once_a_session_is_open(gateway: Gateway) -> None:
    """All that opening and a first value need is loaded while the server starts the driver."""
    program = """
import importlib, sys
import ray_client as ray
import ray_client.api.opening as opening
opened, before = opening.GatewayClient.open_session, set()
def open_session(*arguments):
    answer = opened(*arguments)
    for name in opening.LOADED:
        importlib.import_module(name)
    before.update(sys.modules)
    return answer
opening.GatewayClient.open_session = open_session
with ray.init(sys.argv[1], direct=False):
    assert ray.get(ray.put(1)) == 1
    print(sorted(sys.modules.keys() - before))
"""
    done = subprocess.run([sys.executable, "-c", program, gateway.address], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
