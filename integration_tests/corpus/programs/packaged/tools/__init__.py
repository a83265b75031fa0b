"""Tools of the package."""
