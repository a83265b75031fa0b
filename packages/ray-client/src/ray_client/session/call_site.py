"""Where in the user's code a call was made."""

from __future__ import annotations

from ray_client.tracebacks import users_frame


def call_site() -> str:
    """Give `file:line in function` of the innermost frame outside this package."""
    frame = users_frame()
    return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
