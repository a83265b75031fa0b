"""`python -m ray_client_server`."""

from ray_client_server.cli import main

if __name__ == "__main__":
    main()
