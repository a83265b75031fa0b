"""Join two datasets."""

import ray

people = ray.data.from_items([{"id": 1, "name": "Ida"}, {"id": 2, "name": "Ole"}, {"id": 3, "name": "Pia"}])
towns = ray.data.from_items([{"id": 1, "town": "Gera"}, {"id": 3, "town": "Plau"}, {"id": 4, "town": "Wyk"}])

inner = people.join(towns, join_type="inner", num_partitions=2, on=("id",))
print(sorted((row["id"], row["name"], row["town"]) for row in inner.take_all()))
left = people.join(towns, join_type="left_outer", num_partitions=2, on=("id",))
print(sorted((row["id"], row["name"], str(row["town"])) for row in left.take_all()))
