"""Names of the gRPC metadata keys (docs/protocol.md, rules M1 to M4)."""

from typing import Final

SESSION_ID: Final = "ray-client-session"  #: a UUID as text
SESSION_SECRET: Final = "ray-client-secret-bin"  #: bytes; needed beside the id
AUTHORIZATION: Final = "authorization"  #: `Bearer <token>`
FAILURE: Final = "ray-client-failure-bin"  #: trailing: an encoded `ray_client.v1.Failure`
