"""Values to bytes and back, with handles as tokens."""
