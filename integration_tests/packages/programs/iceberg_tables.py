"""pyiceberg: a table of a catalogue becomes a dataset, and a dataset is read from it."""

import sys
import tempfile
import warnings

import pyarrow as pa

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import GreaterThan

with tempfile.TemporaryDirectory() as place:
    options = {"uri": f"sqlite:///{place}/catalog.db", "warehouse": f"file://{place}"}
    catalog = SqlCatalog("own", **options)
    catalog.create_namespace("farm")
    rows = pa.table({"animal": ["cow", "hen", "goat"], "kilos": [610, 2, 45]})
    table = catalog.create_table("farm.animals", schema=rows.schema)
    table.append(rows)
    ds = table.scan(row_filter=GreaterThan("kilos", 10)).to_ray()
    print(isinstance(ds, ray.data.Dataset), sorted(row["animal"] for row in ds.take_all()))

    settings = {"name": "own", "type": "sql", **options}
    read = ray.data.read_iceberg(table_identifier="farm.animals", catalog_kwargs=settings)
    print(read.count(), sorted(row["kilos"] for row in read.take_all()))
