"""The public front: one port, no Ray state, and nothing of what clients and drivers say is decoded."""
