"""The nodes of a graph of functions: what hamilton_graph.py has beside it."""


def doubled(start: int) -> int:
    return start * 2


def squared(start: int) -> int:
    return start * start


def total(doubled: int, squared: int) -> int:
    return doubled + squared
