"""The command line: what there is to say, and who does it."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence

from ray_client import dropin
from ray_client.api.version import own_version
from ray_client.cli.script import run_module, run_script
from ray_client.config import env
from ray_client.errors import RayInstalledError


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; give the exit code. What a script raises passes through."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "version":
        print(f"ray-client {own_version()}, Python {platform.python_version()}")
        return 0
    try:
        dropin.install(force=options.force)
    except RayInstalledError as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    if options.address:
        env.set_address(options.address)
    if options.namespace is not None:
        if not options.namespace:
            parser.error("--namespace is empty; leave it out for a namespace of the program's own")
        env.set_namespace(options.namespace)
    if options.strict_init:
        env.set_init_strict()
    run = run_module if options.is_module else run_script
    run(options.script, options.arguments, shows_all_frames=options.full_traceback)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m ray_client", description="Run Ray programs without Ray.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run a script in which `import ray` gives this package")
    run.add_argument("--address", help="what `ray.init()` connects to: sets RAY_ADDRESS")
    run.add_argument("--namespace", help="of the names of actors: sets RAY_NAMESPACE")
    run.add_argument("--strict-init", action="store_true", help="`ray.init(num_cpus=...)` and its like are an error")
    run.add_argument("--force", action="store_true", help="although the real ray is installed here")
    run.add_argument("--full-traceback", action="store_true", help="show the frames of this package too")
    run.add_argument("-m", dest="is_module", action="store_true", help="a module follows, not a file, as for Python")
    run.add_argument("script", help="path of a Python file; after -m the name of a module or a package")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="given to the script as they are")
    commands.add_parser("version", help="print the version of this package")
    return parser
