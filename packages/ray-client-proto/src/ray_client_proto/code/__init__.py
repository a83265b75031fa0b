"""Functions and classes as source, between Pythons whose byte code differs (docs/python-versions.md).

    carrier     what a pickler asks, and the readers of its tokens; everything else serves it
    functions   a function to source and back       classes, generated   the same for classes
    locate      the text of a function in its file  build                text to code
    compare     whether two codes are the same      syntax               what an older Python cannot read
    sent        what byte code takes along: its file and its lines
    kept        texts that came from the other side values               values that minors write differently

Only the standard library is needed here. These modules stand beside `wire`, and not in it, since what they do
depends on the Python that runs them: no single one passes through every branch.
"""
