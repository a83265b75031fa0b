"""`session.run`: functions in the session's driver, where `ray` is the real one (docs/protocol.md, X1 to X8)."""

from __future__ import annotations

import _thread
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import pytest

import ray_client as ray


def where() -> tuple[bool, bool, str]:
    import threading

    import ray

    return (
        ray.is_initialized(),
        threading.current_thread() is threading.main_thread(),
        ray.get_runtime_context().get_job_id(),
    )


def test_a_function_runs_in_the_driver_with_the_real_ray_and_on_its_main_thread(context: ray.ClientContext) -> None:
    """X1, X2"""
    assert context.run(where) == (True, True, context.address_info["job_id"])


def test_arguments_and_results_are_values_and_handles(context: ray.ClientContext) -> None:
    """X1"""

    def double(ref: Any, *, times: int) -> Any:
        import ray

        return [ray.put(ray.get(ref) * times), {"n": times}]

    [ref, plain] = context.run(double, ray.put(21), times=2)
    assert (ray.get(ref), plain) == (42, {"n": 2})


def test_each_thread_here_has_one_there_and_a_long_call_holds_up_no_other(context: ray.ClientContext) -> None:
    """X2"""
    found: list[bool] = []

    def is_main() -> bool:
        import threading

        return threading.current_thread() is threading.main_thread()

    def on_main() -> str:
        import time

        import ray

        while ray.get_runtime_context().namespace and not hasattr(ray, "released_by_a_test"):
            time.sleep(0.01)
        return "released"

    def release() -> None:
        import ray

        ray.released_by_a_test = True

    def elsewhere() -> None:
        found.append(context.run(is_main))
        context.run(release)

    thread = threading.Thread(target=elsewhere, daemon=True)
    thread.start()
    assert context.run(on_main) == "released"
    thread.join()
    assert found == [False]


def test_an_error_is_the_users_own_and_its_cause_is_the_drivers_traceback(context: ray.ClientContext) -> None:
    """X6"""

    def fail() -> None:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing") as caught:
        context.run(fail)
    shown = "".join(traceback.format_exception(caught.value))
    assert f'{Path(__file__).name}", line {fail.__code__.co_firstlineno + 1}, in fail' in shown
    assert "driver/library.py" not in shown


def test_sys_exit_ends_the_call_and_not_the_session(context: ray.ClientContext) -> None:
    """X6"""
    with pytest.raises(SystemExit):
        context.run(sys.exit, 3)
    assert context.run(len, "abc") == 3


def test_what_it_writes_is_here_before_the_result(context: ray.ClientContext, capsys: Any) -> None:
    """X7"""

    def say() -> None:
        import sys

        sys.stdout.write("one\ntwo")
        sys.stderr.write("three\n")

    context.run(say)
    assert capsys.readouterr() == ("one\ntwo", "three\n")


def test_ctrl_c_reaches_the_function_which_may_end_in_good_order(context: ray.ClientContext) -> None:
    """X4"""

    def work() -> str:
        import time

        import ray

        ray.started_by_a_test = True
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            return "ended in good order"
        return "not interrupted"

    def has_started() -> bool:
        import ray

        return hasattr(ray, "started_by_a_test")

    def press() -> None:
        while not context.run(has_started):
            time.sleep(0.01)
        _thread.interrupt_main()

    thread = threading.Thread(target=press, daemon=True)
    thread.start()
    assert context.run(work) == "ended in good order"
    thread.join()
    assert context.run(len, "abc") == 3


def test_ctrl_c_that_nobody_catches_is_a_keyboard_interrupt(context: ray.ClientContext) -> None:
    """X4"""

    def interrupt_here() -> None:
        import os
        import signal
        import time

        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        context.run(interrupt_here)
    assert context.run(len, "abc") == 3
