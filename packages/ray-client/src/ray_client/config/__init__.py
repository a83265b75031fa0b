"""What a connection is made with: the address, the settings, the environment."""
