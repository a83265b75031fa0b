"""A package that only tasks with the right environment have."""
