"""The command line: what there is to say, and who does it."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence

from ray_client import __version__, dropin
from ray_client.cli.script import run_script
from ray_client.config import env
from ray_client.errors import RayInstalledError


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; give the exit code. What a script raises passes through."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "version":
        print(f"ray-client {__version__}, Python {platform.python_version()}")
        return 0
    try:
        dropin.install(force=options.force)
    except RayInstalledError as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    if options.address:
        env.set_address(options.address)
    run_script(options.script, options.arguments, shows_all_frames=options.full_traceback)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m ray_client", description="Run Ray programs without Ray.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run a script in which `import ray` gives this package")
    run.add_argument("--address", help="what `ray.init()` connects to: sets RAY_ADDRESS")
    run.add_argument("--force", action="store_true", help="although the real ray is installed here")
    run.add_argument("--full-traceback", action="store_true", help="show the frames of this package too")
    run.add_argument("script", help="path of a Python file")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="given to the script as they are")
    commands.add_parser("version", help="print the version of this package")
    return parser
