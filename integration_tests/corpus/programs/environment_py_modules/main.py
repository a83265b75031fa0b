"""Packages of one's own for the workers: `py_modules`, given as a module and as a path."""

import sys
from pathlib import Path

import ray

libraries = Path(__file__).parent / "libraries"
sys.path.insert(0, str(libraries))
import paint  # noqa: E402

ray.init(runtime_env={"py_modules": [paint, str(libraries / "measure")]}, log_to_driver=False)


@ray.remote
def mix(*colours):
    from paint.mixing import blend

    return blend(*colours)


@ray.remote
def size(text):
    import measure

    return measure.length(text)


print(ray.get(mix.remote("red", "blue")))
print(ray.get(size.remote("four")))
