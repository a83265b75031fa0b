"""Anti-pattern: a reference that is pickled by hand leaves the count of references; Ray still finds the object."""

import pickle

import ray
from ray import cloudpickle

ray.init()


@ray.remote
def unpack(blob):
    return ray.get(pickle.loads(blob))


value = ray.put({"answer": 42})
copied = cloudpickle.loads(cloudpickle.dumps(value))
print(copied == value, ray.get(copied))
blob = cloudpickle.dumps({"inside": value, "name": "box"})
print(ray.get(cloudpickle.loads(blob)["inside"]))

function = cloudpickle.loads(cloudpickle.dumps(lambda x: x + 1))
print(function(1))
print(value.hex() == copied.hex(), len(value.binary()) == len(bytes.fromhex(value.hex())))
