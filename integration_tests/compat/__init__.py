"""The compatibility suite: what any client of the window must be able to do with any server of it.

It uses nothing but the public API of the oldest release of the window, since only the wheels are old, never the tests.
One function is one case: `matrix` counts them. `nox -s compat` runs it in every cell of the matrix.
"""

NOT_THERE = "not there: "  #: how the reason begins when a case is newer than one of the two sides
