"""The Ray cluster behind the gateway: found, described, or started for it."""
