"""The command line: what there is to say, and who does it."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Sequence

from ray_client import dropin
from ray_client.api.version import own_version
from ray_client.cli.arguments import whole_parser
from ray_client.cli.script import run_module, run_script
from ray_client.config import env
from ray_client.config.address import is_dashboard_url
from ray_client.errors import RayInstalledError


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; give the exit code. What a script raises passes through."""
    parser = whole_parser()
    given, server_options = list(arguments), []
    if given[:1] == ["deploy"] and "--" in given:
        place = given.index("--")
        given, server_options = given[:place], given[place + 1 :]
    options = parser.parse_args(given)
    if options.command == "version":
        print(f"ray-client {own_version()}, Python {platform.python_version()}")
        return 0
    if options.command == "run":
        return _run(parser, options)
    if options.command == "forward":
        from ray_client.cli.forwarding import run_forward  # loads what a program that is run does not need

        return run_forward(options)
    from ray_client.cli import deploying  # loads what a program that is run does not need

    if options.command == "deploy":
        return deploying.run_deploy(parser, options, server_options)
    return deploying.run_undeploy(parser, options)


def command() -> None:
    """Be the command `ray-client`."""
    sys.exit(main(sys.argv[1:]))


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
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
    if options.deploy:
        if not is_dashboard_url(env.address() or ""):
            parser.error("--deploy needs a dashboard's address: --address http://head:8265")
        env.set_deploying()
    if options.strict_init:
        env.set_init_strict()
    if options.full_traceback:
        env.show_all_frames()
    run = run_module if options.is_module else run_script
    run(options.script, options.arguments)
    return 0
