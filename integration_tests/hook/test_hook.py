"""Programs that keep the real ray, and whose calls go through a session: in an environment with ray and both wheels."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from both import Both
from cluster import Head
from gateway import Gateway
from processes import kill_marked

pytestmark = pytest.mark.timeout(120)

HEADER = """
        import sys, threading
        import ray, ray_client
        import ray.util.queue
        from ray import get as early_get
        from ray.exceptions import GetTimeoutError, RayActorError, RayTaskError
        from ray.util import ActorPool
        from ray.util.queue import Queue
        from ray_client_server import hook

        @ray.remote
        def square(x):
            return x * x

        @ray.remote(num_cpus=0, max_retries=0)
        def nested(values):
            return sum(ray.get([square.remote(value) for value in values]))

        @ray.remote
        def fail():
            raise ValueError("as expected")

        @ray.remote
        def job():
            return ray.get_runtime_context().get_job_id()

        @ray.remote(num_cpus=0)
        class Counter:
            def __init__(self, start=0):
                self.value = start

            def add(self, n):
                self.value += n
                return self.value

        def connect(**options):
            return ray_client.connect("ADDRESS", log_to_driver=False, direct=False, **options)
"""


@pytest.fixture
def both() -> Iterator[Both]:
    directory = Path(tempfile.mkdtemp(prefix="rch-"))
    both = Both(directory)
    yield both
    left = both.is_left_empty()
    kill_marked(both.environment["RAY_CLIENT_TEST_MARK"])
    shutil.rmtree(directory, ignore_errors=True)
    assert left


def run(both: Both, gateway: Gateway, program: str) -> list[str]:
    done = both.run(HEADER.replace("ADDRESS", gateway.address) + program)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_tasks_objects_and_actors_in_a_block(both: Both, gateway: Gateway) -> None:
    lines = run(
        both,
        gateway,
        """
        session = connect()
        with hook.using(session):
            print(ray.get(square.remote(3)), early_get(square.options(num_cpus=0.5, name="x").remote(4)))
            print(ray.get(nested.remote([1, 2, 3])), ray.get(square.remote(ray.put(5))))
            counter = Counter.options(name="counter").remote(1)
            print(ray.get(counter.add.remote(2)), ray.get(ray.get_actor("counter").add.remote(1)))
            ready, left = ray.wait([square.remote(1), square.remote(2)], num_returns=2)
            print(len(ready), left, ray.cluster_resources()["CPU"])
            ray.kill(counter)
            try:
                while True:  # it takes a moment, in Ray too
                    ray.get(counter.add.remote(1))
            except RayActorError:
                print("gone")
        print(ray.is_initialized(), session.is_connected)
        """,
    )
    assert lines == ["9 16", "14 25", "3 4", "2 [] 4.0", "gone", "False True"]


def test_errors_are_those_of_ray(both: Both, gateway: Gateway) -> None:
    lines = run(
        both,
        gateway,
        """
        import asyncio, time

        @ray.remote
        def slow():
            time.sleep(60)

        async def awaiting():
            try:
                await fail.remote()
            except RayTaskError as error:
                return isinstance(error, ValueError)

        with hook.using(connect()):
            try:
                ray.get(fail.remote())
            except ValueError as error:
                print(isinstance(error, RayTaskError), "as expected" in str(error))
            print(asyncio.run(awaiting()))
            ref = slow.remote()
            try:
                ray.get(ref, timeout=0.1)
            except GetTimeoutError:
                print("late")
            ray.cancel(ref, force=True)
            try:
                ray.get(ref)
            except ray.exceptions.RayError as error:
                print(type(error).__module__)
        """,
    )
    assert lines == ["True True", "True", "late", "ray.exceptions"]


def test_ray_s_own_utilities_go_through_it(both: Both, gateway: Gateway) -> None:
    lines = run(
        both,
        gateway,
        """
        from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

        @ray.remote
        def put_in(queue):
            queue.put("from a task")
            return type(queue) is Queue

        with hook.using(connect()):
            queue = Queue()
            print(ray.get(put_in.remote(queue)), queue.get())
            print(list(ActorPool([Counter.remote()]).map(lambda actor, n: actor.add.remote(n), [1, 2, 3])))
            group = ray.util.placement_group([{"CPU": 1}])
            print(group.wait(30))
            placed = square.options(scheduling_strategy=PlacementGroupSchedulingStrategy(placement_group=group))
            print(ray.get(placed.remote(9)))
            ray.util.remove_placement_group(group)
        """,
    )
    assert lines == ["True from a task", "[1, 3, 6]", "True", "81"]


def test_installed_for_the_whole_process(both: Both, gateway: Gateway) -> None:
    lines = run(
        both,
        gateway,
        """
        session = connect()
        hook.install(session)
        threading.Thread(target=lambda: print(ray.get(nested.remote([1, 2])))).start()
        print(ray.init(ignore_reinit_error=True) is session)
        [t.join() for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon]
        ray.shutdown()
        print(session.is_connected, ray.is_initialized())
        """,
    )
    assert sorted(lines) == ["5", "False False", "True"]


def test_a_process_with_ray_of_its_own_and_two_sessions(both: Both, gateway: Gateway, head: Head) -> None:
    lines = run(
        both,
        gateway,
        """
        ray.init(address="HEAD", log_to_driver=False, logging_level="error")
        native = ray.get(job.remote())
        one, two = connect(), connect()
        found = {}

        def inside(name, session):
            with hook.using(session):
                found[name] = ray.get(job.remote())

        threads = [threading.Thread(target=inside, args=pair) for pair in [("one", one), ("two", two)]]
        [thread.start() for thread in threads]
        print(ray.get(job.remote()) == native)
        [thread.join() for thread in threads]
        print(len({native, *found.values()}))
        with hook.using(one):
            print(ray.get(job.remote()) == found["one"])
        print(ray.get(job.remote()) == native, ray.get(ray.put(1)))
        """.replace("HEAD", head.address),
    )
    assert lines == ["True", "3", "True", "True 1"]


def test_handles_pass_for_those_of_ray(both: Both, gateway: Gateway) -> None:
    lines = run(
        both,
        gateway,
        """
        import asyncio
        import ray.actor

        @ray.remote
        def stream():
            yield from range(2)

        async def waiting(refs):
            return await asyncio.gather(*refs)

        with hook.using(connect()):
            refs, handle, items = [square.remote(2), ray.put(3)], Counter.remote(), stream.remote()
            print(*(isinstance(ref, ray.ObjectRef) for ref in refs), isinstance(handle, ray.actor.ActorHandle))
            print(isinstance(items, ray.ObjectRefGenerator), isinstance(next(items), ray.ObjectRef))
            print(isinstance(handle, ray.ObjectRef), type(refs[0]) is ray.ObjectRef)
            print(asyncio.run(waiting(refs)), ray.get(square.remote(refs[0])))
        """,
    )
    assert lines == ["True True True", "True True", "False False", "[4, 3] 16"]


def test_graphs_of_calls(both: Both, gateway: Gateway) -> None:
    lines = run(
        both,
        gateway,
        """
        from ray.dag import InputNode, MultiOutputNode

        with hook.using(connect()):
            print(ray.get(square.bind(square.bind(2)).execute()))
            with InputNode() as number:
                graph = MultiOutputNode([square.bind(number), square.bind(square.bind(number))])
            print(ray.get(graph.execute(3)))
            print(ray.get(Counter.bind(5).add.bind(square.bind(2)).execute()))
            ref, handle = ray.put(6), Counter.remote(7)
            print(ray.get(square.bind(ref).execute()))

            @ray.remote
            def ask(counter, values):
                return ray.get(counter.add.remote(sum(ray.get(values))))

            print(ray.get(ask.bind(handle, [ref, ref]).execute()))
        """,
    )
    assert lines == ["16", "[9, 81]", "9", "36", "19"]


def test_pools_of_ray_s_own(both: Both, gateway: Gateway) -> None:
    lines = run(
        both,
        gateway,
        """
        import joblib
        from ray.util.joblib import register_ray
        from ray.util.multiprocessing import Pool

        with hook.using(connect()):
            with Pool(2) as pool:
                print(pool.map(abs, [-1, -2, 3]), pool.apply(pow, (2, 3)))
                print(sorted(pool.imap_unordered(abs, [-3, -4])))
            register_ray()
            with joblib.parallel_backend("ray", n_jobs=2):
                print(joblib.Parallel()(joblib.delayed(pow)(n, 2) for n in range(4)))
        """,
    )
    assert lines == ["[1, 2, 3] 8", "[3, 4]", "[0, 1, 4, 9]"]


def test_threads_take_the_session_with_them(both: Both, gateway: Gateway) -> None:
    lines = run(
        both,
        gateway,
        """
        import asyncio, contextvars
        from concurrent.futures import ThreadPoolExecutor

        def inside():
            return ray.get(square.remote(4))

        with hook.using(connect()), ThreadPoolExecutor(1) as pool:
            print(pool.submit(ray.is_initialized).result())
            print(pool.submit(contextvars.copy_context().run, inside).result())
            print(asyncio.run(asyncio.to_thread(inside)))
        """,
    )
    assert lines == ["False", "16", "16"]


def test_the_state_of_the_cluster(both: Both, gateway: Gateway) -> None:
    lines = run(
        both,
        gateway,
        """
        from ray.util.state import list_actors
        from ray.util.state.exception import RayStateApiException

        with hook.using(connect()):
            try:
                list_actors(timeout=5)
            except RayStateApiException as error:  # the test's cluster has no dashboard, which its driver says
                print(type(error).__module__, error)
        """,
    )
    assert len(lines) == 1
    assert lines[0].startswith("ray.util.state.exception ")
