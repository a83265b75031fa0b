"""joblib with Ray behind it: `Parallel` sends its batches to the cluster."""

import joblib
from joblib import Parallel, delayed
from ray.util.joblib import register_ray

register_ray()


def evaluate(depth, rate, *, penalty=0.1):
    return round(depth * rate - penalty * depth**2, 4)


def fails(number):
    return 1 // number


grid = [(depth, rate) for depth in (1, 2, 3) for rate in (0.25, 0.5)]
with joblib.parallel_backend("ray", n_jobs=2):
    scores = Parallel()(delayed(evaluate)(depth, rate) for depth, rate in grid)
    print(scores)
    again = Parallel(batch_size=2)(delayed(evaluate)(depth, rate, penalty=0) for depth, rate in grid)
    print(again, max(zip(again, grid)))
    try:
        Parallel()(delayed(fails)(number) for number in (1, 0))
    except ZeroDivisionError:
        print("division by zero")
print([evaluate(*point) for point in grid] == scores)
