"""A package that is run by its name, with modules that import each other relatively."""
