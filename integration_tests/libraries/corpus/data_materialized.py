"""What is computed once is kept."""

import ray

lazy = ray.data.range(8, override_num_blocks=2).map(lambda row: {"id": row["id"], "square": row["id"] ** 2})
ready = lazy.materialize()
print(type(ready).__name__, isinstance(ready, ray.data.Dataset), ready.num_blocks(), ready.count())
print(ready)
print(ready.size_bytes() > 0, len(ready.get_internal_block_refs()))
print("ReadRange" in ready.stats() or "Range" in ready.stats())
print(sorted(row["square"] for row in ready.take_all()))
named = ray.data.range(2)
named.set_name("pair")
print(named.name)
