"""Ray Data from an environment without ray."""

from __future__ import annotations

import dataclasses
import enum
import gc
import traceback
from pathlib import Path
from typing import Any

import pytest
from processes import poll
from ray_client.data.dataset import MaterializedDataset

import ray_client as ray
from ray_client import data

pytestmark = pytest.mark.usefixtures("context")


def double(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"] * 2}


class Add:
    def __init__(self, by: int) -> None:
        self.by = by

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        batch["id"] = batch["id"] + self.by
        return batch


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return sorted(row["id"] for row in rows)


def test_a_dataset_is_made_changed_and_read() -> None:
    ds = data.range(10).map(double).filter(lambda row: row["id"] > 5)
    assert isinstance(ds, data.Dataset)
    assert ds.count() == 7
    assert ids(ds.take_all()) == [6, 8, 10, 12, 14, 16, 18]
    assert ds.schema().names == ["id"]


def test_items_are_grouped_sorted_and_summed() -> None:
    ds = data.from_items([{"k": n % 2, "v": n} for n in range(6)])
    assert ds.sort("v", descending=True).take(2) == [{"k": 1, "v": 5}, {"k": 0, "v": 4}]
    assert ds.groupby("k").sum("v").sort("k").take_all() == [{"k": 0, "sum(v)": 6}, {"k": 1, "sum(v)": 9}]
    assert ds.sum("v") == 15


def test_a_callable_class_maps_batches_in_actors() -> None:
    ds = data.range(4).map_batches(Add, fn_constructor_args=(10,), concurrency=1)
    assert ids(ds.take_all()) == [10, 11, 12, 13]


def test_arrays_of_numpy_go_both_ways() -> None:
    numpy = pytest.importorskip("numpy")
    ds = data.from_numpy(numpy.arange(6))
    [batch] = ds.iter_batches(batch_size=None)
    assert numpy.array_equal(batch["data"], numpy.arange(6))


def test_a_frame_of_a_package_that_is_not_here_stays_there_and_can_be_used() -> None:
    """X3"""
    frame = data.range(3).to_pandas()
    assert int(frame["id"].sum()) == 3
    assert data.from_pandas(frame).count() == 3


def test_what_is_there_is_calculated_and_compared_with() -> None:
    """X3: also from the other side, and in place."""
    frame = data.range(4).to_pandas()
    column = frame["id"]
    assert frame[column == 2]["id"].tolist() == [2] and frame[column != 2]["id"].tolist() == [0, 1, 3]
    assert (2**column).tolist() == [1, 2, 4, 8] and (7 // (column + 1)).tolist() == [7, 3, 2, 1]
    assert column @ column == 14 and -column.max() == -3 and column.astype(float).max() == 3.0
    column += 1
    assert column.tolist() == [1, 2, 3, 4] and f"{column.max():.1f}" == "4.0"


class Kind(enum.Enum):
    ODD = 1


class Thing:
    pass


def test_the_users_classes_are_the_same_wherever_they_come_by() -> None:
    """T11: though nothing in the driver holds them meanwhile."""
    ds = data.from_items([{"thing": Thing(), "kind": Kind.ODD}])
    [row] = ds.map(lambda row: {**row, "known": isinstance(row["thing"], Thing) and row["kind"] is Kind.ODD}).take()
    assert row["known"] and type(row["thing"]) is Thing and row["kind"] is Kind.ODD


def test_rows_come_in_few_answers_and_can_be_left(context: ray.ClientContext, monkeypatch: Any) -> None:
    """X5"""
    asked: list[int] = []
    request = context._session.request
    monkeypatch.setattr(context._session, "request", lambda *args: asked.append(1) or request(*args))
    assert sum(row["id"] for row in data.range(100_000).iter_rows()) == 4_999_950_000
    assert len(asked) < 1000
    for row in data.range(100_000).iter_rows():
        assert row == {"id": 0}
        break


def test_what_a_dataset_shows_comes_before_what_follows(capsys: Any) -> None:
    """X7"""
    data.range(2).show()
    assert capsys.readouterr().out == "{'id': 0}\n{'id': 1}\n"


def test_the_users_error_has_the_users_line(capsys: Any) -> None:
    """X6"""

    def fail(row: dict[str, Any]) -> dict[str, Any]:
        raise ValueError("a bad row")

    with pytest.raises(Exception, match="a bad row") as caught:
        data.range(1).map(fail).take_all()
    shown = "".join(traceback.format_exception(caught.value))
    assert f'{Path(__file__).name}", line {fail.__code__.co_firstlineno + 1}, in fail' in shown
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.filename for frame in frames] == [__file__]  # none of ours


def test_a_dataset_arrives_in_tasks_and_comes_back(context: ray.ClientContext) -> None:
    @dataclasses.dataclass
    class Work:
        ds: Any

    @ray.remote
    def count(work: Work) -> int:
        return work.ds.count()

    @ray.remote
    def make() -> Any:
        from ray_client import data

        return data.range(5)

    ds = data.range(3)
    assert ray.get(count.remote(Work(ds))) == 3
    assert ray.get(make.remote()).count() == 5


def test_a_materialized_dataset_is_of_its_class_and_can_be_looked_at() -> None:
    ds = data.range(4).materialize()
    assert isinstance(ds, MaterializedDataset)
    assert ds.num_blocks() >= 1
    assert repr(ds).startswith("MaterializedDataset(") or "id" in repr(ds)


def test_the_context_is_the_drivers_own() -> None:
    context = data.DataContext.get_current()
    before = context.target_max_block_size
    context.target_max_block_size = 1234567
    assert data.DataContext.get_current().target_max_block_size == 1234567
    context.target_max_block_size = before


def test_an_object_that_comes_twice_is_one_thing_here(context: ray.ClientContext) -> None:
    """Also an iterator, of which some items may have come already."""
    ds = data.range(3, override_num_blocks=1)
    assert ds.context is ds.context and [ds][0] is context.run(lambda held: held, ds)
    rows = iter(ds.iter_rows())
    assert next(rows)["id"] == 0 and next(context.run(lambda held: held, rows))["id"] == 1


def test_expressions_are_used() -> None:
    from ray_client.data.expressions import col

    rows = data.range(3).with_column("twice", col("id") * 2).take_all()
    assert sorted(row["twice"] for row in rows) == [0, 2, 4]
    for is_wanted, ids in ((col("id") == 1, [1]), (~(col("id") == 1), [0, 2]), (col("id") != col("id") * 2, [1, 2])):
        assert sorted(row["id"] for row in data.range(3).filter(expr=is_wanted).take_all()) == ids


def test_the_driver_lets_go_of_what_is_dropped_here(context: ray.ClientContext) -> None:
    """R2"""

    def datasets() -> int:
        import gc

        from ray.data import Dataset

        gc.collect()
        return sum(isinstance(found, Dataset) for found in gc.get_objects())

    before = context.run(datasets)
    kept = [data.range(1) for _ in range(20)]
    assert context.run(datasets) >= 20
    del kept
    gc.collect()
    # What is released goes with a later call, and an answer under way holds what it brings until it is taken.
    assert poll(lambda: context.run(datasets) <= before + 2, 10)


def test_an_object_cannot_be_pickled_here() -> None:
    import pickle

    with pytest.raises(TypeError, match="lives in the driver of a session"):
        pickle.dumps(data.range(1))
