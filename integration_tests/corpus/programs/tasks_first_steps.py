"""The first steps: a function becomes a task, its result a reference, and `get` brings the value."""

import ray


@ray.remote
def celsius(fahrenheit):
    return round((fahrenheit - 32) * 5 / 9, 1)


readings = [50, 59, 68, 77, 86]
references = [celsius.remote(reading) for reading in readings]
print(type(references[0]).__name__, len(references), ray.is_initialized())
for reading, degrees in zip(readings, ray.get(references)):
    print(f"{reading} F is {degrees} C")

# A single reference, and a call by keyword.
print(ray.get(celsius.remote(fahrenheit=212)))

# The function itself is not a function any more.
try:
    celsius(50)
except TypeError as error:
    print(type(error).__name__, "remote()" in str(error))
