"""A grid of parameters tried with the pools that Ray lends to other libraries: multiprocessing's and joblib's."""

import joblib

import ray
from ray.util.joblib import register_ray
from ray.util.multiprocessing import Pool


def score(depth, rate):
    return round(depth * rate - (depth - 3) ** 2 / 10, 3)


def fail_for(depth):
    if depth == 2:
        raise ArithmeticError(f"depth {depth}")
    return depth


ray.init()
grid = [(depth, rate) for depth in range(1, 5) for rate in (0.1, 0.5)]
with Pool(2) as pool:
    scores = pool.starmap(score, grid)
    print(scores)
    print(pool.apply(score, (2, 0.5)), pool.map(abs, [-1, 2, -3]))
    print(sorted(pool.imap_unordered(abs, range(-5, 0), chunksize=2)))
    later = pool.map_async(fail_for, [1, 2, 3])
    try:
        later.get(timeout=60)
    except ArithmeticError as error:
        print("failed:", str(error).splitlines()[-1].rpartition("Error: ")[2])

register_ray()
with joblib.parallel_backend("ray", n_jobs=2):
    again = joblib.Parallel()(joblib.delayed(score)(depth, rate) for depth, rate in grid)
print(again == scores, grid[again.index(max(again))])
