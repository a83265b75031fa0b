"""Tables as files of the cluster: CSV, JSON lines, Parquet, numpy."""

import os
import tempfile

import ray


def names(directory):
    return sorted({os.path.splitext(name)[1] for name in os.listdir(directory)})


boats = ray.data.from_items([{"boat": name, "crew": at} for at, name in enumerate(["Anna", "Berta", "Clara"])])
with tempfile.TemporaryDirectory() as place:
    boats.write_csv(f"{place}/csv")
    boats.write_json(f"{place}/json")
    boats.write_parquet(f"{place}/parquet")
    boats.write_numpy(f"{place}/numpy", column="crew")
    print([names(f"{place}/{kind}") for kind in ("csv", "json", "parquet", "numpy")])
    for read, kind in [
        (ray.data.read_csv, "csv"),
        (ray.data.read_json, "json"),
        (ray.data.read_parquet, "parquet"),
    ]:
        again = read(f"{place}/{kind}")
        print(kind, sorted((row["boat"], row["crew"]) for row in again.take_all()), again.count())
    print(sorted(int(row["data"]) for row in ray.data.read_numpy(f"{place}/numpy").take_all()))
    chosen = ray.data.read_parquet(f"{place}/parquet", columns=["crew"])
    print(chosen.columns(), int(chosen.sum("crew")), len(chosen.input_files()) > 0)
