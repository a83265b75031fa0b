"""webdataset: shards that datasets write are read by the package, and the other way round."""

import sys
import tempfile
from pathlib import Path

import webdataset

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

with tempfile.TemporaryDirectory() as place:
    with webdataset.TarWriter(f"{place}/herbs.tar") as sink:
        for at, herb in enumerate(("dill", "mint", "sage")):
            sink.write({"__key__": f"{at:03}", "txt": herb, "json": {"grams": at + 1}})
    ds = ray.data.read_webdataset(f"{place}/herbs.tar")
    rows = sorted(ds.take_all(), key=lambda row: row["__key__"])
    print([(row["__key__"], row["txt"], row["json"]) for row in rows])

    shouted = ds.map(lambda row: {**row, "txt": row["txt"].upper()})
    shouted.repartition(1).write_webdataset(f"{place}/shouted")
    [shard] = Path(place, "shouted").glob("*.tar")
    found = webdataset.WebDataset(str(shard), shardshuffle=False).decode()
    print(sorted((sample["txt"], sample["json"]["grams"]) for sample in found))
