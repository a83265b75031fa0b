"""What a client has on the cluster: its delivery, its requests, its transfers."""
