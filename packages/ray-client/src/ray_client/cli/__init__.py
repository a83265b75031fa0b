"""`python -m ray_client`: run a script that was written for Ray, and say which version this is."""
