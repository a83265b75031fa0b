"""A source and a sink of one's own."""

import ray
from ray.data.block import Block, BlockMetadata
from ray.data.datasource import Datasink, Datasource, ReadTask


class Countdown(Datasource):
    def __init__(self, start):
        self.start = start

    def estimate_inmemory_data_size(self):
        return None

    def get_read_tasks(self, parallelism, per_task_row_limit=None, data_context=None):
        def make(low, high):
            def read():
                import pandas as pd

                return [pd.DataFrame({"left": list(range(high, low, -1))})]

            metadata = BlockMetadata(num_rows=high - low, size_bytes=None, input_files=None, exec_stats=None)
            return ReadTask(read, metadata)

        half = self.start // 2
        return [make(0, half), make(half, self.start)]


class Tally(Datasink):
    def write(self, blocks, context):
        return sum(self.rows_of(block) for block in blocks)

    def rows_of(self, block: Block) -> int:
        return len(block)

    def on_write_complete(self, result):
        self.total = sum(result.write_returns)


ds = ray.data.read_datasource(Countdown(6))
print(sorted((row["left"] for row in ds.take_all()), reverse=True))
sink = Tally()
ds.write_datasink(sink)
print(sink.total)
