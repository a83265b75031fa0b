"""Bringing our server onto a cluster that exists, through its dashboard's job submission; and finding it there."""

from __future__ import annotations

from typing import Final

JOB_NAME: Final = "ray-client-server"  #: the server's job, unless it is given another name
