"""A database, lineage, references to blocks, and access by key."""

import os
import sqlite3
import tempfile

import ray
from ray import data

path = os.path.join(tempfile.mkdtemp(), "rows.db")


def connect():
    return sqlite3.connect(path)


@ray.remote
def fill():
    with connect() as connection:
        connection.execute("create table t(a integer, b text)")
        connection.executemany("insert into t values(?, ?)", [(number, f"x{number}") for number in range(5)])


ray.get(fill.remote())
print(sorted(row["b"] for row in data.read_sql("select * from t", connect).take_all()))
data.range(3).map(lambda row: {"a": row["id"] + 100, "b": "new"}).write_sql("insert into t values(?, ?)", connect)
print(data.read_sql("select * from t where a > ?", connect, sql_params=[99]).count())

blob = data.range(5).map(lambda row: {"id": row["id"] + 1}).serialize_lineage()
print(type(blob).__name__, data.Dataset.deserialize_lineage(blob).sum("id"))
refs = data.range(4).to_arrow_refs()
print(data.from_arrow_refs(refs).count(), data.from_pandas_refs(data.range(4).to_pandas_refs()).sum("id"))
by_key = data.range(20).to_random_access_dataset("id", num_workers=1)
print(ray.get(by_key.get_async(7)), by_key.multiget([1, 30, 2]))
