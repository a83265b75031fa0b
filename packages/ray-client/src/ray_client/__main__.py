"""`python -m ray_client`."""

import sys

from ray_client.cli.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
