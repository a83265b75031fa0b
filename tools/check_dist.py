"""Check what `nox -s build` left: a pure wheel and an sdist of each package, one version, and either gives the other.

    python tools/check_dist.py DIST WHEELS

DIST holds the sdists and the wheels that were built from them, WHEELS those that were built from the tree.
"""

from __future__ import annotations

import email.parser
import re
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAMES = ("ray_client", "ray_client_libraries", "ray_client_proto", "ray_client_server")
LIMITS_BYTES = {"ray_client": 300_000, "ray_client_libraries": 700_000}
ALLOWED = {
    "ray_client": {"ray-client-proto", "grpcio", "cloudpickle", "pathspec"},
    "ray_client_libraries": {"ray-client-proto", "ray-client"},
    "ray_client_proto": {"grpcio", "protobuf"},
    "ray_client_server": {"ray-client-proto", "grpcio", "cloudpickle", "ray"},
}


def requirements(wheel: Path) -> list[str]:
    """Give what the wheel always needs, extras aside."""
    with zipfile.ZipFile(wheel) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        headers = email.parser.Parser().parsestr(archive.read(metadata).decode())
    return [need for need in headers.get_all("Requires-Dist", []) if "extra ==" not in need]


def problems(dist: Path, from_tree: Path) -> list[str]:
    """List what is wrong, in words; empty if nothing is."""
    version = (ROOT / "VERSION").read_text().strip()
    wheels = {name: f"{name}-{version}-py3-none-any.whl" for name in NAMES}
    expected = {*wheels.values(), *(f"{name}-{version}.tar.gz" for name in NAMES)}
    there = {path.name for path in dist.iterdir() if path.name != ".gitignore"}  # uv puts that one there
    if there != expected:
        return [f"{dist.name} has {sorted(there)}, not {sorted(expected)}"]
    found = []
    for name, wheel in wheels.items():
        if (dist / wheel).read_bytes() != (from_tree / wheel).read_bytes():
            found.append(f"{wheel}: the sdist gives another wheel than the tree")
        needs = requirements(dist / wheel)
        if others := {re.split(r"[^\w-]", need)[0] for need in needs} ^ ALLOWED[name]:
            found.append(f"{wheel}: unexpected or missing requirements {sorted(others)} in {needs}")
        if name != "ray_client_proto" and f"ray-client-proto~={version}" not in needs:
            found.append(f"{wheel}: does not pin ray-client-proto to the release line of {version}: {needs}")
    for name, limit in LIMITS_BYTES.items():
        if (size := (dist / wheels[name]).stat().st_size) >= limit:
            found.append(f"{wheels[name]}: {size} bytes, {limit} are allowed")
    return found


if __name__ == "__main__":
    if found := problems(Path(sys.argv[1]), Path(sys.argv[2])):
        sys.exit("\n".join(found))
    for path in sorted(Path(sys.argv[1]).glob("ray*")):
        print(f"{path.stat().st_size:>9,}  {path.name}")
