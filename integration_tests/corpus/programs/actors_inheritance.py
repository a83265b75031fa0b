"""Classes that share code: the base is an ordinary class, what is remote stands at the end of the line."""

import abc

import ray


class Shape(abc.ABC):
    sides = None

    def __init__(self, name):
        self._name = name

    @abc.abstractmethod
    def area(self):
        """Of the shape."""

    @property
    def name(self):
        return self._name.title()

    def describe(self):
        return f"{self.name}: {self.area():.2f}"

    @classmethod
    def count_sides(cls):
        return cls.sides

    @staticmethod
    def unit():
        return "cm2"


class Rectangle(Shape):
    sides = 4

    def __init__(self, width, height):
        super().__init__("rectangle")
        self.width, self.height = width, height

    def area(self):
        return self.width * self.height


@ray.remote
class Square(Rectangle):
    def __init__(self, width):
        super().__init__(width, width)

    def describe(self):
        return super().describe() + " " + self.unit()


RemoteRectangle = ray.remote(Rectangle)
square, rectangle = Square.remote(3), RemoteRectangle.remote(2, 5)
print(ray.get([square.describe.remote(), rectangle.describe.remote()]))
print(ray.get([square.count_sides.remote(), square.unit.remote()]))
print(Rectangle(1, 2).describe())

try:

    class Cube(Square):
        pass

except TypeError as error:
    print("not from an actor class:", "actor class" in str(error).lower())

try:
    ray.remote(Shape)
except TypeError as error:
    print("nor of what is abstract:", "area" in str(error))
