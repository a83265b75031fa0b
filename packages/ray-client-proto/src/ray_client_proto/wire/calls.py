"""What goes over a connection for one call: a unary form, and its answer (docs/protocol.md, rule O9).

The gateway makes such connections for the calls of gRPC; the message of a form is that of its method.
"""

from __future__ import annotations

from typing import Final

#: The forms by the names of their methods; the byte stands before the message.
FORMS: Final = {"GetObjects": b"\1", "PutObject": b"\2", "WaitForObjects": b"\3", "Schedule": b"\4", "Query": b"\5"}

#: What stands before an answer: `ray_client.v1.Replies` follows, or `ray_client.v1.Failure`.
REPLIES, FAILURE = b"\1", b"\2"
