"""What a client cannot have, and says so."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from conformance.api import ray
from conformance.marks import difference

HOME = ray.__name__


@ray.remote
def one() -> int:
    return 1


@difference("Ray's libraries are on the cluster only; their names can be imported, and say so when they are used")
@pytest.mark.parametrize("name", ["data", "train", "tune", "serve"])
def test_a_library_of_the_cluster_is_pointed_to(name: str) -> None:
    library = importlib.import_module(f"{HOME}.{name}")
    with pytest.raises(NotImplementedError, match="inside a task"):
        library.whatever_it_has()


@difference(
    "a compiled graph lives in memory that it shares with the cluster's nodes: ray-client-libraries makes it there"
)
def test_a_graph_is_not_compiled_from_afar() -> None:
    with pytest.raises(NotImplementedError, match="inside a task"):
        one.bind().experimental_compile()


@difference("a node of a graph is executed where it was bound; ray-client-libraries makes it in the driver")
def test_a_node_does_not_travel() -> None:
    with pytest.raises(NotImplementedError, match="inside a task"):
        ray.put(one.bind())


@difference("following a log needs a stream from the dashboard to its reader: follow it inside a task")
def test_a_log_is_not_followed_from_afar() -> None:
    state = importlib.import_module(f"{HOME}.util.state")
    with pytest.raises(ValueError, match="inside a task"):
        next(iter(state.get_log(node_id="00", filename="x", follow=True)))


@difference("a client talks HTTP to no dashboard; the functions of ray.util.state ask through the session's driver")
def test_the_state_has_no_client_of_its_own() -> None:
    state = importlib.import_module(f"{HOME}.util.state")
    with pytest.raises(AttributeError, match="inside a task"):
        state.StateApiClient  # noqa: B018 - the access is the test


@difference("the address of a node as a client sees it is that of its own machine, which need not be in the cluster")
def test_this_machine_need_not_be_a_node(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("socket.socket.connect", lambda *where: asked.append(where))
    ray.util.get_node_ip_address()
    assert asked


@difference("a directory of this machine is packed and uploaded for a single task or actor too, not only for `init`")
def test_a_directory_for_a_single_call(tmp_path: Path) -> None:
    (tmp_path / "bread.txt").write_text("rye")

    @ray.remote(runtime_env={"working_dir": str(tmp_path)})
    def read() -> str:
        return Path("bread.txt").read_text()

    assert ray.get(read.remote()) == "rye"
