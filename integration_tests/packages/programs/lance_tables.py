"""lance-ray: Lance tables that datasets are read from and written to."""

import sys
import tempfile

import pyarrow as pa

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import lance_ray

with tempfile.TemporaryDirectory() as place:
    path = f"{place}/herbs.lance"
    lance_ray.write_lance(ray.data.from_items([{"herb": herb, "grams": at} for at, herb in enumerate("dmst")]), path)
    ds = lance_ray.read_lance(path)
    print(isinstance(ds, ray.data.Dataset), ds.count(), sorted(row["herb"] for row in ds.take_all()))
    chosen = lance_ray.read_lance(path, columns=["grams"], filter="grams > 1")
    print(sorted(row["grams"] for row in chosen.take_all()))

    def double(batch: pa.RecordBatch) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([pa.array([2 * one.as_py() for one in batch["grams"]])], names=["twice"])

    lance_ray.add_columns(path, transform=double, read_columns=["grams"])
    print(sorted((row["herb"], row["twice"]) for row in lance_ray.read_lance(path).take_all()))
