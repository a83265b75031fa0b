"""Settings of the session's datasets."""

import ray
from ray.data import DataContext, ExecutionOptions

context = DataContext.get_current()
print(isinstance(context, DataContext), context is DataContext.get_current() or context == DataContext.get_current())
context.target_max_block_size = 1024 * 1024
context.execution_options.preserve_order = True
print(DataContext.get_current().target_max_block_size)
print([row["id"] for row in ray.data.range(12, override_num_blocks=6).map(lambda row: row).take_all()])

context.execution_options = ExecutionOptions(preserve_order=False)
print(DataContext.get_current().execution_options.preserve_order)
context.set_config("our.key", {"a": 1})
print(context.get_config("our.key"), context.get_config("our.other", "none"))
own = context.copy()
own.target_max_block_size = 7
print(DataContext.get_current().target_max_block_size, own.target_max_block_size)
context.max_errored_blocks = 1
bad = ray.data.range(4, override_num_blocks=4).map(lambda row: 1 / 0 if row["id"] == 0 else row)
print(bad.count())
