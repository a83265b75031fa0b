"""A dataset read by several actors, each with a part."""

import ray

ray.init()


@ray.remote
class Reader:
    def __init__(self, shard):
        self.shard = shard

    def read(self):
        return sorted(int(row["id"]) for row in self.shard.iter_rows())


shards = ray.data.range(16, override_num_blocks=4).streaming_split(2, equal=True)
readers = [Reader.options(num_cpus=0).remote(shard) for shard in shards]
parts = ray.get([reader.read.remote() for reader in readers])
print([len(part) for part in parts], sorted(parts[0] + parts[1]) == list(range(16)))
