"""Files beside the program go to the cluster as `working_dir`: tasks open them and import from them."""

import os
from pathlib import Path

import ray

HERE = Path(__file__).parent

ray.init(
    runtime_env={"working_dir": str(HERE / "project"), "excludes": ["*.secret"], "env_vars": {"LEVEL": "deep"}},
    log_to_driver=False,
)


@ray.remote
def read(name):
    return Path(name).read_text().strip()


@ray.remote
def listing():
    return sorted(str(path) for path in Path().rglob("*") if path.is_file() and "__pycache__" not in path.parts)


@ray.remote
def compute(number):
    from formulas import area  # only there

    return area(number), os.environ["LEVEL"]


print(ray.get(read.remote("data/greeting.txt")))
print(ray.get(listing.remote()))
print(ray.get(compute.remote(2)))
try:
    ray.get(read.options(max_retries=0).remote("token.secret"))
except FileNotFoundError as error:
    print("not sent:", error.cause.filename)
