"""Hatchling's metadata hook: pins the protocol wheel to this release line."""

from __future__ import annotations

from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ReleaseLineHook(MetadataHookInterface):
    """Adds the protocol wheel to the dependencies that stand in pyproject.toml.

    `~=0.3.1` is "0.3.1 or a later 0.3": within a line the protocol wheel only gains things, so it may be newer than
    its user and never older. Two wheels of different lines ask for different ones, and installers refuse the pair.
    """

    def update(self, metadata: dict[str, Any]) -> None:
        metadata["dependencies"] = [f"ray-client-proto~={metadata['version']}", *self.config["dependencies"]]
