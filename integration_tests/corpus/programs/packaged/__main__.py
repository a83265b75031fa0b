"""Run with `-m`: prices of what stands on the command line, found by tasks whose code is beside this file."""

import argparse
import sys

import ray

from . import prices
from .tools.text import Line, pad


@ray.remote
def priced(name):
    return Line(name, prices.price_of(name))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="packaged")
    parser.add_argument("names", nargs="+")
    parser.add_argument("--sort", choices=["name", "size"], default="name")
    options = parser.parse_args(arguments)
    lines = ray.get([priced.remote(name) for name in options.names])
    for line in sorted(lines, key=lambda line: line.name if options.sort == "name" else len(line.name)):
        print(pad(line))
    print(isinstance(lines[0], Line), __package__, __spec__.name, len(sys.argv))
    return 0 if lines else 3


if __name__ == "__main__":
    sys.exit(main())
