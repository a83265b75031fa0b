"""Programs of Ray Data as its users write them: making, changing, reading, writing, and what goes wrong."""

from __future__ import annotations

import copy
import dataclasses
import traceback
from pathlib import Path
from typing import Any

import numpy
import pytest
from ray_client.data.expressions import col, lit, udf

import ray_client as ray
from ray_client import data

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.timeout(180)]  # joins start many workers


def rows(ds: Any) -> list[Any]:
    return sorted(ds.take_all(), key=str)


def keyed(count: int) -> Any:
    return data.from_items([{"k": n % 2, "v": n} for n in range(count)])


class Scale:
    """Has its state in the actors of a pool."""

    def __init__(self, by: int = 1, *, plus: int = 0) -> None:
        self.by, self.plus = by, plus

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        return {"id": batch["id"] * self.by + self.plus}


def test_functions_of_all_kinds_change_rows_and_batches() -> None:
    factor = 3

    def both(batch: dict[str, Any]) -> Any:
        yield batch
        yield {"id": -batch["id"]}

    def add_column(frame: Any) -> Any:
        frame["x"] = frame["id"] * 2
        return frame

    ds = data.range(2)
    assert rows(ds.map(lambda row: {"v": row["id"] * factor})) == [{"v": 0}, {"v": 3}]
    assert rows(ds.flat_map(lambda row: [row, {"id": 7}])) == [{"id": 0}, {"id": 1}, {"id": 7}, {"id": 7}]
    assert rows(ds.map_batches(both)) == [{"id": -1}, {"id": 0}, {"id": 0}, {"id": 1}]
    assert rows(ds.map_batches(add_column, batch_format="pandas")) == [{"id": 0, "x": 0}, {"id": 1, "x": 2}]
    assert rows(ds.filter(expr="id > 0")) == [{"id": 1}]
    assert rows(ds.map_batches(lambda batch, by: {"id": batch["id"] + by}, fn_args=(5,))) == [{"id": 5}, {"id": 6}]


@pytest.mark.parametrize(
    "options",
    [
        {"concurrency": 1},
        {"concurrency": (1, 2), "batch_size": 1},
        {"compute": lambda: data.ActorPoolStrategy(size=1)},
    ],
)
def test_callable_classes_run_in_pools(options: dict[str, Any]) -> None:
    made = {name: value() if callable(value) else value for name, value in options.items()}
    ds = data.range(3).map_batches(Scale, fn_constructor_args=(10,), fn_constructor_kwargs={"plus": 1}, **made)
    assert sorted(row["id"] for row in ds.take_all()) == [1, 11, 21]


def test_a_class_inside_a_function_maps_rows() -> None:
    class Tag:
        def __init__(self) -> None:
            self.name = "t"

        def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
            return {"tag": f"{self.name}{row['id']}"}

    assert rows(data.range(2).map(Tag, concurrency=1)) == [{"tag": "t0"}, {"tag": "t1"}]


def test_expressions_have_functions_namespaces_and_names() -> None:
    @udf(return_dtype=data.DataType.int64() if hasattr(data, "DataType") else None)
    def add_one(column: Any) -> Any:
        import pyarrow.compute

        return pyarrow.compute.add(column, 1)

    @udf(return_dtype=data.DataType.int64() if hasattr(data, "DataType") else None)
    class Add:
        def __init__(self, number: int) -> None:
            self.number = number

        def __call__(self, column: Any) -> Any:
            import pyarrow.compute

            return pyarrow.compute.add(column, self.number)

    ds = data.range(3)
    assert rows(ds.with_column("next", add_one(col("id"))))[2] == {"id": 2, "next": 3}
    assert rows(ds.with_column("far", Add(7)(col("id"))))[2] == {"id": 2, "far": 9}
    assert rows(ds.filter(expr=(col("id") > lit(0)) & (col("id") < 2))) == [{"id": 1}]
    words = data.from_items([{"s": "ab"}])
    assert words.with_column("upper", col("s").str.upper()).take_all() == [{"s": "ab", "upper": "AB"}]
    assert (col("id") + 1).alias("x").name == "x"


def test_groups_joins_and_unions() -> None:
    ds = keyed(4)
    assert rows(ds.groupby("k").count()) == [{"k": 0, "count()": 2}, {"k": 1, "count()": 2}]
    most = ds.groupby("k").map_groups(lambda group: {"k": group["k"][:1], "most": [group["v"].max()]})
    assert rows(most) == [{"k": 0, "most": 2}, {"k": 1, "most": 3}]
    assert ds.sort(["k", "v"], descending=[True, False]).take(1) == [{"k": 1, "v": 1}]
    doubled = data.range(2).map(lambda row: {"x": row["id"] * 2})
    assert rows(data.range(2).zip(doubled)) == [{"id": 0, "x": 0}, {"id": 1, "x": 2}]
    assert data.range(2).union(data.range(3)).count() == 5
    assert [part.count() for part in data.range(10).split_at_indices([3])] == [3, 7]
    assert [part.count() for part in data.range(10).train_test_split(0.3)] == [7, 3]
    assert data.range(10).repartition(3).materialize().num_blocks() == 3
    assert data.range(10).random_shuffle(seed=1).limit(4).count() == 4


def test_aggregates_are_librarys_and_own_ones() -> None:
    from ray_client.data.aggregate import AggregateFn, Mean, Sum

    tens = AggregateFn(
        init=lambda key: 0,
        accumulate_row=lambda total, row: total + row["v"],
        merge=lambda one, other: one + other,
        finalize=lambda total: total * 10,
        name="tens",
    )
    assert keyed(4).aggregate(Sum("v"), Mean("v"), tens) == {"sum(v)": 6, "mean(v)": 1.5, "tens": 60}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [0, 1, 2, 3]),
        ({"batch_size": 3, "drop_last": True}, [0, 1, 2]),
        ({"batch_format": "default"}, [0, 1, 2, 3]),
    ],
)
def test_batches_of_numpy_come_by_value(options: dict[str, Any], expected: list[int]) -> None:
    ds = data.range(4, override_num_blocks=1)
    got = [batch["id"] for batch in ds.iter_batches(**options)]
    assert all(type(array) is numpy.ndarray for array in got)
    assert numpy.concatenate(got).tolist() == expected


@pytest.mark.parametrize(("kind", "shape"), [("pandas", "shape"), ("pyarrow", "num_rows"), (None, "num_rows")])
def test_batches_of_packages_that_are_not_here_are_used_where_they_are(kind: str | None, shape: str) -> None:
    [batch] = data.range(4, override_num_blocks=1).iter_batches(batch_size=None, batch_format=kind)
    assert getattr(batch, shape) in ((4, 1), 4)
    assert int(sum(batch["id"].tolist() if kind == "pandas" else batch["id"].to_pylist())) == 6


def test_frames_in_objects_of_the_store_are_used_where_they_are() -> None:
    """X3"""

    @ray.remote
    def frame() -> Any:
        import pandas

        return pandas.DataFrame({"a": [1, 2]})

    assert ray.get(frame.remote()).shape == (2, 1)
    assert [part.num_rows for part in ray.get(data.range(4, override_num_blocks=2).to_arrow_refs())] == [2, 2]
    frames = data.from_pandas(ray.get(frame.remote()))
    assert rows(frames) == [{"a": 1}, {"a": 2}]


def test_frames_do_what_frames_do() -> None:
    frame = data.range(4).to_pandas()
    assert len(frame) == 4 and list(frame.columns) == ["id"]
    assert frame[frame["id"] > 1]["id"].tolist() == [2, 3]
    assert (frame["id"] + 1).sum() == 10
    assert "id" in str(frame) and frame.to_dict("records")[3] == {"id": 3}
    assert data.from_pandas([frame, frame]).count() == 8


def test_splits_are_handed_to_tasks_and_actors() -> None:
    @ray.remote
    def consume(split: Any) -> int:
        return sum(len(batch["id"]) for batch in split.iter_batches(batch_size=2))

    @ray.remote
    class Reader:
        def __init__(self, split: Any) -> None:
            self.split = split

        def total(self) -> int:
            return sum(row["id"] for row in self.split.iter_rows())

    splits = data.range(10).streaming_split(2, equal=True)
    assert ray.get([consume.remote(split) for split in splits]) == [5, 5]
    [split] = data.range(10).streaming_split(1)
    assert ray.get(Reader.remote(split).total.remote()) == 45


def test_datasets_travel_in_closures_dataclasses_and_the_store_and_come_back() -> None:
    @dataclasses.dataclass
    class Work:
        ds: Any
        count: int = 0

    ds = data.range(4)

    @ray.remote
    def fill(work: Work) -> Work:
        return dataclasses.replace(work, count=work.ds.count() + ds.count())

    work = ray.get(fill.remote(Work(ds)))
    assert (work.count, work.ds.count()) == (8, 4)
    assert ray.get(ray.put({"deep": [ds]}))["deep"][0].sum("id") == 6
    assert copy.copy(ds).count() == copy.deepcopy(ds).count() == 4
    assert ds == ds and {ds: 1}[ds] == 1 and ds in [ds]


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_files_of_the_cluster_are_written_and_read(tmp_path: Path, kind: str) -> None:
    getattr(data.range(3), f"write_{kind}")(str(tmp_path))
    assert rows(getattr(data, f"read_{kind}")(str(tmp_path))) == [{"id": 0}, {"id": 1}, {"id": 2}]


def test_text_numpy_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("a\nb\n")
    assert data.read_text(str(tmp_path / "words")).take_all() == [{"text": "a"}, {"text": "b"}]
    data.range_tensor(3).write_numpy(str(tmp_path / "n"), column="data")
    assert data.read_numpy(str(tmp_path / "n")).count() == 3
    with pytest.raises(FileNotFoundError, match="nothing"):
        data.read_csv(str(tmp_path / "nothing.csv"))


def test_sources_and_sinks_of_ones_own(tmp_path: Path) -> None:
    from ray_client.data.block import BlockMetadata

    class Numbers(data.Datasource):
        def __init__(self, count: int) -> None:
            self.count = count

        def estimate_inmemory_data_size(self) -> None:
            return None

        def get_read_tasks(self, parallelism: int, *args: Any, **options: Any) -> list[Any]:
            import pyarrow

            count = self.count
            about = BlockMetadata(num_rows=count, size_bytes=None, input_files=None, exec_stats=None)
            return [data.ReadTask(lambda: [pyarrow.table({"v": list(range(count))})], about)]

    class File(data.Datasink):
        def write(self, blocks: Any, ctx: Any) -> int:
            count = sum(len(block) for block in blocks)
            with (tmp_path / "sink").open("a") as file:
                file.write(f"{count}\n")
            return count

    assert rows(data.read_datasource(Numbers(2))) == [{"v": 0}, {"v": 1}]
    data.range(5, override_num_blocks=1).write_datasink(File())
    assert (tmp_path / "sink").read_text() == "5\n"


def test_preprocessors_are_fitted_and_applied() -> None:
    from ray_client.data.preprocessors import Chain, MinMaxScaler, StandardScaler

    ds = data.from_items([{"a": float(n)} for n in range(3)])
    scaler = StandardScaler(["a"]).fit(ds)
    assert scaler.stats_["mean(a)"] == 1.0
    assert [round(row["a"], 2) for row in rows(scaler.transform(ds))] == [-1.22, 0.0, 1.22]
    assert rows(Chain(MinMaxScaler(["a"])).fit_transform(ds))[2] == {"a": 1.0}
    kind = data.Preprocessor.FitStatus
    assert (scaler.fit_status(), StandardScaler(["a"]).fit_status()) == (kind.FITTED, kind.NOT_FITTED)


def test_options_of_the_context_and_of_executions() -> None:
    context = data.DataContext.get_current()
    context.execution_options.preserve_order = True
    assert data.DataContext.get_current().execution_options.preserve_order is True
    context.execution_options.preserve_order = False
    context.set_config("own", 5)
    assert (context.get_config("own"), context.get_config("none", 1)) == (5, 1)
    assert data.ExecutionResources(cpu=1) == data.ExecutionResources(cpu=1)
    assert data.ExecutionOptions(preserve_order=True).preserve_order is True


def test_errors_are_of_their_classes_and_show_the_users_line() -> None:
    from ray_client.data.exceptions import UserCodeException

    def fail(batch: Any) -> Any:
        raise ValueError("a bad batch")

    with pytest.raises(UserCodeException) as caught:
        data.range(1).map_batches(fail).take_all()
    assert isinstance(caught.value, ray.exceptions.RayTaskError)
    shown = "".join(traceback.format_exception(caught.value))
    assert f'{Path(__file__).name}", line {fail.__code__.co_firstlineno + 1}, in fail' in shown
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        data.range(1).map()
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        data.range(1).nope()
    with pytest.raises(ValueError, match="isn't allowed"):
        next(iter(data.range(1).iter_batches(batch_format="x")))
    with pytest.raises(TypeError, match="aren't iterable"):
        iter(data.range(1))
