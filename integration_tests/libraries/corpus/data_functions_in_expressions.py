"""Functions and classes of one's own in expressions, and what columns of texts, lists and structures can do."""

import ray
from ray.data.datatype import DataType
from ray.data.expressions import col, lit, udf


@udf(return_dtype=DataType.int64())
def twice(column):
    import pyarrow.compute

    return pyarrow.compute.multiply(column, 2)


@udf(return_dtype=DataType.int64())
class Add:
    """Is made once in each worker."""

    def __init__(self, number=1):
        self.number = number

    def __call__(self, column):
        import pyarrow.compute

        return pyarrow.compute.add(column, self.number)


words = ["fir", "Old oak", " elm "]
trees = [{"at": at, "name": name, "ages": [at, at + 1], "of": {"x": at}} for at, name in enumerate(words)]
ds = ray.data.from_items(trees)
far = Add(100)
made = ds.with_columns({"twice": twice(col("at")), "far": far(col("at")) + lit(1), "near": Add()(twice(col("at")))})
print(sorted((row["twice"], row["far"], row["near"]) for row in made.take_all()))

name, ages = col("name").str, col("ages").list
texts = ds.with_columns({"upper": name.upper(), "size": name.len(), "has": name.contains("oak"), "bare": name.strip()})
print(sorted((row["upper"], row["size"], row["has"], row["bare"]) for row in texts.take_all()))
parts = ds.with_columns({"first": ages[0], "many": ages.len(), "x": col("of").struct["x"]})
print(sorted((row["first"], row["many"], row["x"]) for row in parts.take_all()))
print(type(twice(col("at"))).__name__, col("at").alias("k").name, (col("a") + 1).structurally_equals(col("a") + 1))
