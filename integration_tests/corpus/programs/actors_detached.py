"""A detached actor survives the program that made it; here the second `init` is the next program."""

import ray


@ray.remote(num_cpus=0)
class GuestBook:
    def __init__(self):
        self.names = []

    def sign(self, name):
        self.names.append(name)
        return len(self.names)

    def all(self):
        return self.names


def first_program():
    ray.init(namespace="hotel")
    book = GuestBook.options(name="guests", lifetime="detached").remote()
    mortal = GuestBook.options(name="only for now").remote()
    print(ray.get([book.sign.remote("Ines"), mortal.sign.remote("Jo")]))
    ray.shutdown()


def second_program():
    ray.init(namespace="hotel")
    book = ray.get_actor("guests")
    print(ray.get(book.sign.remote("Lea")), ray.get(book.all.remote()))
    try:
        ray.get_actor("only for now")
    except ValueError:
        print("the other one has gone with its program")
    ray.kill(book)
    try:
        while True:  # its end takes a moment
            ray.get(book.all.remote())
    except ray.exceptions.RayActorError:
        print("closed")
    ray.shutdown()


print(ray.is_initialized())
first_program()
second_program()
print(ray.is_initialized())
