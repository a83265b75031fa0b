"""The driver: one process for each session, a Ray driver which does what the session's client asks."""
