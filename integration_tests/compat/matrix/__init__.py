"""The version matrix: which pairs there are, their environments, the runs, and the table of what came of them."""
