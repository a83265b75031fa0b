"""Ray's libraries in a notebook: one real kernel, from an environment without ray, runs cells as people write them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from textwrap import dedent
from typing import Any, NamedTuple

import pytest
from gateway import Gateway
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

pytestmark = pytest.mark.timeout(300)

WITHIN_S = 120
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Cell(NamedTuple):
    """What a cell has shown."""

    printed: str
    shown: dict[str, str]  #: by kind
    error: str  #: with its traceback


class Notebook:
    """A kernel and what runs in it."""

    def __init__(self, address: str) -> None:
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel()
        self._client: BlockingKernelClient = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=WITHIN_S)
        self.run(
            f"""
            import ray_client as ray
            from ray_client import data, serve, train, tune
            context = ray.init({address!r}, log_to_driver=False)
            quiet = tune.RunConfig(verbose=0)
            """
        )

    def close(self) -> None:
        self.run("ray.shutdown()")
        self._client.stop_channels()
        self._manager.shutdown_kernel()

    def run(self, code: str, interrupt_at: str = "") -> Cell:
        """Run a cell to its end, with Ctrl-C when it has printed a text."""
        asked = self._client.execute(dedent(code))
        printed, shown, error = "", {}, ""
        while True:
            message = self._client.get_iopub_msg(timeout=WITHIN_S)
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != asked:
                assert kind in ("status", "execute_input"), f"output of another cell: {content}"
            elif kind == "stream" and content["name"] == "stdout":
                printed += content["text"]
                if interrupt_at and interrupt_at in printed:
                    interrupt_at = ""
                    self._manager.interrupt_kernel()
            elif kind in ("execute_result", "display_data"):
                shown = content["data"]
            elif kind == "error":
                error = _COLOURS.sub("", "\n".join(content["traceback"]))
            elif kind == "status" and content["execution_state"] == "idle":
                self._reply(asked)
                return Cell(printed, shown, error)

    def give(self, code: str) -> Any:
        """Run a cell that must not fail, and give the literal that it shows."""
        cell = self.run(code)
        assert not cell.error, cell.error
        return eval(cell.shown["text/plain"])

    def completions(self, code: str) -> list[str]:
        """What the Tab key offers."""
        return list(self._reply(self._client.complete(code, len(code)))["matches"])

    def help(self, code: str) -> str:
        """What `?` shows."""
        return _COLOURS.sub("", self._reply(self._client.inspect(code, len(code)))["data"]["text/plain"])

    def _reply(self, asked: str) -> Any:
        until_s = time.monotonic() + WITHIN_S
        while time.monotonic() < until_s:
            reply = self._client.get_shell_msg(timeout=WITHIN_S)
            if reply["parent_header"].get("msg_id") == asked:
                return reply["content"]
        raise TimeoutError(asked)


@pytest.fixture(scope="module")
def notebook(gateway: Gateway) -> Iterator[Notebook]:
    notebook = Notebook(gateway.address)
    yield notebook
    notebook.close()


def test_objects_show_themselves_and_are_completed_and_explained(notebook: Notebook) -> None:
    shown = notebook.run("ds = data.range(10)\nds").shown
    assert "int64" in shown["text/plain"] and not any("widget" in kind for kind in shown)
    assert "<table>" in notebook.run("train.ScalingConfig(num_workers=2)").shown["text/html"]
    assert notebook.completions("ds.mat") == ["materialize"]
    assert "TuneConfig" in notebook.completions("tune.TuneC")
    offered = notebook.completions("ds.")
    assert "map_batches" in offered and not {"ray_name", "token_in", "method_named"} & {*offered}
    text = notebook.help("ds.map_batches")
    assert "fn_constructor_args" in text and "batches" in text
    assert "override_num_blocks" in notebook.help("data.range")


def test_what_a_cell_says_again_is_the_new_one(notebook: Notebook) -> None:
    add = """
    def add(row):
        return {{"id": row["id"] + {0}}}

    class Add:
        def __call__(self, batch):
            return {{"id": batch["id"] + {0}}}

    class Steps(tune.Trainable):
        def step(self):
            return {{"v": {0}, "done": True}}

        def save_checkpoint(self, directory):
            pass

    class Sum(tune.Callback):
        total = 0

        def on_trial_result(self, iteration, trials, trial, result, **info):
            self.total += result["v"]

    summing = Sum()
    grid = tune.Tuner(Steps, run_config=tune.RunConfig(verbose=0, callbacks=[summing])).fit()
    (data.range(3).map(add).max("id"), data.range(3).map_batches(Add, concurrency=1).max("id"),
     grid[0].metrics["v"], summing.total, context.run(add, {{"id": 0}}))
    """
    assert notebook.give(add.format(1)) == (3, 3, 1, 1, {"id": 1})
    assert notebook.give(add.format(10)) == (12, 12, 10, 10, {"id": 10})


def test_a_cell_awaits_a_deployment_of_a_cell(notebook: Notebook) -> None:
    hello = """
    @serve.deployment
    class Hello:
        def __call__(self, name):
            return "{} " + name

    handle = serve.run(Hello.bind(), name="notebook", route_prefix=None)
    await handle.remote("you")
    """
    notebook.run('serve.start(proxy_location="Disabled")')  # HTTP would take a port that others may have
    assert notebook.give(hello.format("Hello")) == "Hello you"
    assert notebook.give(hello.format("Bye")) == "Bye you"
    assert not notebook.run("serve.shutdown()").error  # the next module has a Serve of its own on this cluster


def test_an_error_shows_the_cell_and_the_users_line(notebook: Notebook) -> None:
    error = notebook.run("def bad(row):\n    return 1 / 0\n\ndata.range(1).map(bad).take_all()").error
    assert "return 1 / 0" in error and "line 2, in bad" in error and "ZeroDivisionError" in error
    assert "----> 4 data.range(1)" in error and "value_of" not in error  # none of our frames


def test_ctrl_c_ends_a_fit_in_good_order_and_a_loop(notebook: Notebook) -> None:
    fit = """
    class Told(tune.Callback):
        def on_trial_result(self, iteration, trials, trial, result, **info):
            if result["n"] == 3:
                print("under way")

    def long(config):
        import time
        for n in range(1000):
            tune.report({"n": n})
            time.sleep(0.1)

    grid = tune.Tuner(long, run_config=tune.RunConfig(verbose=0, callbacks=[Told()])).fit()
    3 <= grid[0].metrics["n"] < 1000
    """
    ended = notebook.run(fit, interrupt_at="under way")
    assert ended.shown["text/plain"] == "True", ended
    loop = """
    def slow(row):
        import time
        time.sleep(0.2 if row["id"] else 0)
        return row

    for row in data.range(1000, override_num_blocks=1000).map(slow).iter_rows():
        print("a row")
    """
    assert "KeyboardInterrupt" in notebook.run(loop, interrupt_at="a row").error
    assert notebook.give("data.range(3).count()") == 3


def test_the_output_of_a_thread_is_that_of_the_cell_that_waits_for_it(notebook: Notebook) -> None:
    code = """
    import threading

    def report(config):
        tune.report({"n": 1})

    class Said(tune.Callback):
        def on_trial_complete(self, iteration, trials, trial, **info):
            print("a trial is done")

    def fit():
        grids.append(tune.Tuner(report, run_config=tune.RunConfig(verbose=0, callbacks=[Said()])).fit())

    grids = []
    thread = threading.Thread(target=fit)
    thread.start()
    counted = data.range(5).count()
    thread.join()
    print(counted, grids[0][0].metrics["n"])
    """
    cell = notebook.run(code)
    assert "a trial is done" in cell.printed and cell.printed.endswith("5 1\n"), cell
