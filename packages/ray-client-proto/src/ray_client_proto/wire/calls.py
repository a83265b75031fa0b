"""What goes over a connection for one call: a unary form, and its answer (docs/protocol.md, rule O9).

Only gateways make such connections; the message of a form goes on as its client has sent it.
"""

from __future__ import annotations

from typing import Final

#: The forms by the names of their methods; the byte stands before the message.
FORMS: Final = {"GetObjects": b"\1", "PutObject": b"\2", "WaitForObjects": b"\3", "Schedule": b"\4", "Query": b"\5"}

#: What stands before an answer: `ray_client.v1.Replies` follows, or `ray_client.v1.Failure`.
REPLIES, FAILURE = b"\1", b"\2"
