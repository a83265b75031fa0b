"""A function that fails: the error has its class, and names the user's own."""

import ray
from ray.exceptions import RayTaskError, UserCodeException


class Spoiled(ValueError):
    pass


def check(row):
    if row["id"] == 3:
        raise Spoiled(f"row {row['id']} is spoiled")
    return row


try:
    ray.data.range(5).map(check).materialize()
except Exception as error:
    print(isinstance(error, RayTaskError), isinstance(error, UserCodeException), "row 3 is spoiled" in str(error))

try:
    ray.data.range(5).map_batches(len).take_all()
except Exception as error:
    print("must" in str(error) or "return" in str(error))

try:
    ray.data.range(5).select_columns(["no such"]).materialize()
except Exception as error:
    print("no such" in str(error))

try:
    ray.data.range(3).limit("many")
except Exception as error:
    print(type(error).__name__)

try:
    ray.data.read_csv("/no/such/place")
except FileNotFoundError as error:
    print("FileNotFoundError", "/no/such/place" in str(error))
