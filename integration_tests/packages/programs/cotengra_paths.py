"""cotengra: contraction paths are tried in tasks."""

import sys

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import cotengra

inputs, output, _, sizes = cotengra.utils.rand_equation(8, 3, n_out=1, seed=4)
search = cotengra.HyperOptimizer(methods=["greedy"], max_repeats=8, parallel="ray", optlib="random", progbar=False)
tree = search.search(inputs, output, sizes)
print(tree.is_complete(), len(search.scores), tree.N)
