"""A head and a gateway on it, for as long as the standard input is open: `python -m compat.matrix.serve`.

The environment of the server is that of `RAY_CLIENT_CLUSTER_PYTHON`. The first line of the output is the port; the exit
code is 1 if something was left behind.
"""

from __future__ import annotations

import sys

from cluster import Head
from gateway import Gateway


def main() -> None:
    """Serve until the input ends, which it also does when whoever started us dies."""
    head = Head.start()
    try:
        gateway = Gateway.start(head.address, within_s=60)
        try:
            sys.stdout.write(f"{gateway.port}\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            gateway.close()
    finally:
        head.close()


if __name__ == "__main__":
    main()
