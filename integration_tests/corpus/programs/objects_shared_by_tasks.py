"""One large value for many tasks: it is put once, and each task reads the same memory."""

import numpy as np

import ray

ray.init()


@ray.remote(num_cpus=0.5)
def row_norm(matrix, row):
    return float(np.sqrt((matrix[row] ** 2).sum()))


@ray.remote(num_cpus=0.5)
def inspect(matrix):
    return type(matrix).__name__, matrix.shape, str(matrix.dtype), matrix.flags.writeable


@ray.remote(num_cpus=0.5)
def nested(parts):
    return [type(part).__name__ for part in parts], float(ray.get(parts[0])[0, 0])


matrix = np.outer(np.arange(1, 401, dtype=np.float64), np.ones(300))
shared = ray.put(matrix)
norms = ray.get([row_norm.remote(shared, row) for row in range(0, 400, 50)])
print([round(norm, 3) for norm in norms])
print(np.allclose(norms, np.linalg.norm(matrix, axis=1)[::50]))
print(ray.get(inspect.remote(shared)))
print(ray.get(nested.remote([shared, 1])))
