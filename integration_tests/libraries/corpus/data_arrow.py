"""Tables of arrow become datasets, and datasets tables."""

import pyarrow as pa

import ray

table = pa.table({"port": ["Kiel", "Rom", "Oslo"], "ships": [4, 9, 2]})
ds = ray.data.from_arrow(table)
print(ds.schema().names, ds.count())
parts = ray.get(ds.to_arrow_refs())
print(pa.concat_tables(parts).sort_by("ships")["port"].to_pylist())
for batch in ds.iter_batches(batch_format="pyarrow", batch_size=3):
    print(type(batch).__name__, sorted(batch["ships"].to_pylist()))
print(ray.data.from_arrow_refs([ray.put(table)]).sum("ships"))
