"""Everything that one session holds on the cluster, in one place for the handlers."""

from __future__ import annotations

from typing import Final

from ray_client_proto.threads import Pool
from ray_client_server.config import Limits
from ray_client_server.driver.environments import Environments
from ray_client_server.driver.exports import Exports
from ray_client_server.driver.library import Library
from ray_client_server.driver.pickling import Codec
from ray_client_server.driver.port import RayPort
from ray_client_server.driver.references import Kind, References
from ray_client_server.driver.results import Results
from ray_client_server.driver.streams import Streams
from ray_client_server.driver.transfers import Downloads, Uploads
from ray_client_server.driver.waiting import Loop, Waits

_ASIDE: Final = 4


class Holdings:
    """The session's objects, exports and transfers, and what waits for them. Its parts say who may use them."""

    def __init__(self, port: RayPort, limits: Limits, client_python: str = "", packages_dir: str = "") -> None:
        self.port, self.limits = port, limits
        self.references = References()
        self.uploads = Uploads(limits)
        self.downloads = Downloads(limits)
        self.codec = Codec(
            port=port,
            references=self.references,
            uploads=self.uploads,
            downloads=self.downloads,
            inline_bytes=limits.inline_bytes,
            client_python=client_python,
        )
        environments = Environments(port, packages_dir)
        self.codec.readers["runtime_env"] = environments.laid_out
        self.exports = Exports(self.codec, environments)
        #: Stores large values, one after the other; and carries out what waits for one of them.
        self.puts = Pool("puts", 1)
        self.aside = Pool("aside", _ASIDE)
        self.waits = Waits()
        self.results = Results(self.codec, self.waits)
        self.loop = Loop()
        self.library = Library(self.codec, self.references, self.loop)
        self.streams = Streams(self.codec, self.references, self.waits)

    def release(self, handle_id: int, count: int) -> None:
        """Take counts back; with the last one whatever the id stands for is let go (R2)."""
        gone = self.references.release(handle_id, count)
        if gone is not None and gone.kind is Kind.GENERATOR:
            self.streams.drop(gone.target)

    def close(self) -> None:
        """Let go of everything (R4, B6)."""
        for threads in (self.puts, self.aside):
            threads.shutdown(wait=False, cancel_futures=True)
        self.waits.close()
        self.loop.close()
        self.results.close()
        self.references.clear()
        self.uploads.clear()
        self.downloads.clear()
