"""What functions and classes of a script are called: in errors, in the runtime context, in their own eyes."""

import functools
import re

import ray
from ray.exceptions import RayError


def first_line(error):
    """Say which task or method failed, without what differs from run to run."""
    said = str(error)
    return re.sub(r"(pid|ip|actor_id)=[^,)]+,? ?|0x[0-9a-f]+|, id=\w+", "", said[said.index("ray::") :].splitlines()[0])


@ray.remote(num_cpus=0)
def fail():
    raise ValueError("on purpose")


@ray.remote(num_cpus=0)
def own_name():
    return ray.get_runtime_context().get_task_name(), own_name.__module__


class Plain:
    def whole(self):
        raise KeyError("nothing")


@ray.remote(num_cpus=0)
class Counter:
    def __init__(self):
        self.calls = 0

    def fail(self):
        raise ValueError("in an actor")

    def names(self):
        context = ray.get_runtime_context()
        cls = type(self)
        described = re.sub("0x[0-9a-f]+", "", repr(self))
        return context.get_task_name(), cls.__module__, cls.__qualname__, described


class Shown:
    def __repr__(self):
        return "Shown(1)"

    def fail(self):
        raise ValueError("in a shown one")


@ray.remote(num_cpus=0)
class Broken:
    def __init__(self):
        raise ValueError("in the constructor")

    def never(self):
        pass


def made():
    @ray.remote(num_cpus=0)
    def inner():
        raise ValueError("of a function made here")

    @ray.remote(num_cpus=0)
    class Inner:
        def fail(self):
            raise ValueError("of a class made here")

    return inner, Inner


def caught(ref):
    try:
        ray.get(ref)
    except RayError as error:
        print(type(error).__name__, first_line(error))


def main():
    ray.init()
    inner, inner_class = made()
    caught(fail.remote())
    caught(fail.options(name="named").remote())
    caught(inner.remote())
    caught(ray.remote(num_cpus=0)(lambda: 1 / 0).remote())
    caught(ray.remote(num_cpus=0)(functools.wraps(fail._function)(lambda: 1 / 0)).remote())
    print(ray.get(own_name.remote()))
    print(ray.get(own_name.options(name="another").remote()))
    counter = Counter.remote()
    caught(counter.fail.remote())
    caught(counter.fail.options(name="named").remote())
    print(ray.get(counter.names.remote()))
    shown = ray.remote(num_cpus=0)(Shown).remote()
    caught(shown.fail.remote())
    caught(inner_class.remote().fail.remote())
    caught(ray.remote(num_cpus=0)(Plain).remote().whole.remote())
    caught(Broken.remote().never.remote())


if __name__ == "__main__":
    main()
