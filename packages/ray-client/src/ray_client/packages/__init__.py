"""Directories of this machine as packages: zip files named by their contents, sent once to each gateway."""

from ray_client.packages.archive import Package
from ray_client.packages.environment import Check, Upload, prepare_runtime_env

__all__ = ["Check", "Package", "Upload", "prepare_runtime_env"]
