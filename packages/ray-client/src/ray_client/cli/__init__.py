"""The command `ray-client`: run a script that was written for Ray, and bring a server onto a cluster."""
