"""datatrove: a pipeline over documents, its ranks in actors."""

import sys
import tempfile
from pathlib import Path

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

from datatrove.data import Document
from datatrove.executor.ray import RayPipelineExecutor
from datatrove.pipeline.filters import LambdaFilter
from datatrove.pipeline.writers import JsonlWriter

with tempfile.TemporaryDirectory() as place:
    documents = [Document(text="word " * count, id=str(count)) for count in range(1, 7)]
    long_ones = LambdaFilter(lambda document: len(document.text) > 15)
    pipeline = [documents, long_ones, JsonlWriter(f"{place}/out", compression=None)]
    RayPipelineExecutor(pipeline, tasks=2, logging_dir=f"{place}/logs", mem_per_cpu_gb=0.1).run()
    lines = [line for file in sorted(Path(place, "out").glob("*.jsonl")) for line in file.read_text().splitlines()]
    print(len(lines))
