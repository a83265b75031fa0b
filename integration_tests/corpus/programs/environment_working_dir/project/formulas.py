"""In the working directory, and nowhere else."""


def area(side):
    return side * side
