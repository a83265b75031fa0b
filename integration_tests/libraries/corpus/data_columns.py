"""Add, drop, choose and rename columns."""

import ray

herbs = ray.data.from_items([{"herb": herb, "grams": at} for at, herb in enumerate(["dill", "mint", "dill"], start=5)])
print(sorted(herbs.unique("herb")))
more = herbs.add_column("price", lambda frame: frame["grams"] * 2)
print(more.columns())
print(sorted(row["price"] for row in more.select_columns("price").take_all()))
print(more.drop_columns(["grams"]).rename_columns({"herb": "name"}).columns())
print(more.schema().names, [str(kind) for kind in more.schema().types])
