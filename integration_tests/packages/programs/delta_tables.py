"""deltalake: a table that the program writes is read as a dataset, and the other way round."""

import sys
import tempfile

import deltalake
import pyarrow as pa

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

with tempfile.TemporaryDirectory() as place:
    table = pa.table({"herb": ["dill", "mint", "sage"], "grams": [1, 2, 3]})
    deltalake.write_deltalake(f"{place}/herbs", table)
    deltalake.write_deltalake(f"{place}/herbs", table, mode="append")
    ds = ray.data.read_delta(f"{place}/herbs")
    print(ds.count(), ds.sum("grams"), sorted(ds.unique("herb")))
    print(ray.data.read_delta(f"{place}/herbs", version=0, columns=["grams"]).sum("grams"))

    heavy = ds.filter(lambda row: row["grams"] > 1).map(lambda row: {**row, "grams": row["grams"] * 10})
    deltalake.write_deltalake(f"{place}/heavy", pa.Table.from_pylist(heavy.take_all()))
    print(deltalake.DeltaTable(f"{place}/heavy").version(), ray.data.read_delta(f"{place}/heavy").sum("grams"))
