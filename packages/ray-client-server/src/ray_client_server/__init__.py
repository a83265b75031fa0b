"""The cluster's side of ray-client: a gateway with one public port, and a Ray driver for each session."""
