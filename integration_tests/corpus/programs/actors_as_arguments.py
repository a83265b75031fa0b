"""Handles go into tasks, other actors and containers: everybody talks to the same actor."""

from dataclasses import dataclass, field

import ray


@dataclass
class Board:
    lines: list = field(default_factory=list)


@ray.remote(num_cpus=0)
class Blackboard:
    def __init__(self):
        self.board = Board()

    def write(self, who, text):
        self.board.lines.append((who, text))
        return len(self.board.lines)

    def read(self):
        return self.board


@ray.remote(num_cpus=0.1)
def pupil(name, blackboard):
    return ray.get(blackboard.write.remote(name, f"{name} was here"))


@ray.remote(num_cpus=0)
class Teacher:
    def __init__(self, tools):
        self.blackboard = tools["blackboard"]

    def lesson(self, names):
        return ray.get([pupil.remote(name, self.blackboard) for name in names])

    def lend(self):
        return self.blackboard


def main():
    blackboard = Blackboard.remote()
    teacher = Teacher.remote({"blackboard": blackboard})
    print(sorted(ray.get(teacher.lesson.remote(["eve", "tom", "kim"]))))
    lent = ray.get(teacher.lend.remote())
    print(lent == blackboard, hash(lent) == hash(blackboard))
    print(ray.get(lent.write.remote("me", "the end")))
    board = ray.get(blackboard.read.remote())
    print(type(board).__name__, isinstance(board, Board), sorted(who for who, _ in board.lines))


if __name__ == "__main__":
    main()
