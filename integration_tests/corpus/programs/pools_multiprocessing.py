"""The pool of `multiprocessing` on a cluster: the same methods, an initializer, and results that come later."""

import os

import ray
from ray.util.multiprocessing import Pool, TimeoutError

ray.init(ignore_reinit_error=True)


def cube(number):
    return number**3


def power(base, exponent):
    return base**exponent


def fail(number):
    if number == 3:
        raise ArithmeticError(f"not {number}")
    return number


def remember(prefix):
    os.environ["PREFIX"] = prefix


def recall(number):
    return f"{os.environ['PREFIX']}-{number}"


with Pool(processes=2) as pool:
    print(pool.map(cube, range(6)))
    print(pool.starmap(power, [(2, 3), (3, 2)]), pool.apply(power, (2, 10)))
    print(list(pool.imap(cube, range(4), chunksize=2)), sorted(pool.imap_unordered(cube, range(4))))
    later = pool.map_async(cube, range(3))
    print(later.get(timeout=60), later.ready(), later.successful())
    print(pool.starmap_async(power, [(2, 2)]).get(timeout=60))
    try:
        pool.map(fail, range(5))
    except ArithmeticError as error:
        print("failed:", "not 3" in str(error))

pool = Pool(2, initializer=remember, initargs=("item",))
print(pool.map(recall, range(3)))
called = []
pool.apply_async(cube, (5,), callback=called.append).wait(60)
print(called)
pool.close()
pool.join()
try:
    pool.map(cube, [1])
except ValueError as error:
    print("closed:", str(error))
print(issubclass(TimeoutError, Exception))
