"""A function as `worker_process_setup_hook`, which comes pickled inside the session's runtime environment."""

from __future__ import annotations

import base64
import dataclasses
from typing import Final

from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_server.config import DriverSettings
from ray_client_server.driver.pickling import Codec
from ray_client_server.driver.port import RayPort
from ray_client_server.driver.references import References
from ray_client_server.driver.transfers import Downloads, Uploads

KEY: Final = "worker_process_setup_hook"


def with_hook(settings: DriverSettings, port: RayPort) -> DriverSettings:
    """Give the settings with the function itself in the runtime environment; Ray sends it to the workers.

    Raises:
        OperationError: it cannot be unpickled here.
        ValueError: it is neither a name nor a pickled function.
    """
    hook = settings.runtime_env.get(KEY)
    if hook is None or isinstance(hook, str):
        return settings
    try:
        parts = [base64.b64decode(part, validate=True) for part in hook["parts"]]
        payload = Payload(pickle=parts[0], buffers=parts[1:])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ValueError(f"{KEY} is neither a name nor a pickled function: {error!r}") from error
    limits = settings.limits
    codec = Codec(
        port=port,
        references=References(),
        uploads=Uploads(limits),
        downloads=Downloads(limits),
        inline_bytes=limits.inline_bytes,
        client_python=settings.client_python,
    )
    function = codec.decode(payload, KEY).value
    return dataclasses.replace(settings, runtime_env={**settings.runtime_env, KEY: function})
