"""Pin the protocol wheel to this release line."""

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ReleaseLineHook(MetadataHookInterface):
    def update(self, metadata: dict) -> None:
        metadata["dependencies"] = [f"ray-client-proto=={metadata['version']}", "grpcio>=1.60", "cloudpickle>=2.2", "ray>=2.40"]
