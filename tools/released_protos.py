"""Hold the `.proto` files to what was released: `--check` compares them, `record` keeps those of a release.

    python tools/released_protos.py record 0.1.0
    python tools/released_protos.py --check

What was released is kept as descriptors in `packages/ray-client-proto/tests/golden/<version>/protocol.binpb`, so that
a clone without history can check too. Where the history is there, the records are compared with the releases' commits
(`integration_tests/compat/releases.toml`). Run it through `nox -s protos-check`, which installs the compiler.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import tomllib
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from protocol_breaks import breaks

ROOT = Path(__file__).parent.parent
PROTOS = "packages/ray-client-proto/proto"
GOLDEN = ROOT / "packages" / "ray-client-proto" / "tests" / "golden"
RELEASES = ROOT / "integration_tests" / "compat" / "releases.toml"


def descriptors(directory: Path) -> FileDescriptorSet:
    """Give the descriptors of every `.proto` file under a directory.

    Raises:
        SystemExit: one does not compile.
    """
    files = sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "set"
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{directory}", f"--descriptor_set_out={out}"]
        result = subprocess.run([*command, *files], capture_output=True, text=True)
        if result.returncode:
            sys.exit(result.stderr or result.stdout)
        return FileDescriptorSet.FromString(out.read_bytes())


def released() -> dict[str, str]:
    """Give the commit of each released version, oldest first."""
    return {each["version"]: each["commit"] for each in tomllib.loads(RELEASES.read_text())["release"]}


def has_commit(commit: str) -> bool:
    """Tell whether this clone has a commit; a shallow one may not."""
    command = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0


def descriptors_of(commit: str) -> FileDescriptorSet:
    """Give the descriptors of the `.proto` files of a commit."""
    archive = subprocess.run(["git", "archive", commit, PROTOS], cwd=ROOT, check=True, capture_output=True).stdout
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(scratch, filter="data")
        return descriptors(Path(scratch) / PROTOS)


def record_of(version: str) -> Path:
    """Give where the descriptors of a release are kept."""
    return GOLDEN / version / "protocol.binpb"


def problems() -> list[str]:
    """List what is wrong with the `.proto` files and the records, in words; empty if nothing is."""
    found, current, releases = [], descriptors(ROOT / PROTOS), released()
    for version, commit in releases.items():
        record = record_of(version)
        if not record.exists():
            found.append(f"release {version} is not recorded; run `python tools/released_protos.py record {version}`")
            continue
        kept = FileDescriptorSet.FromString(record.read_bytes())
        if has_commit(commit) and kept != descriptors_of(commit):
            found.append(f"{record.relative_to(ROOT)} is not what commit {commit[:12]} gives; record {version} anew")
        found += [f"breaks release {version}: {text}" for text in breaks(kept, current)]
    unknown = sorted(path.parent.name for path in GOLDEN.glob("*/protocol.binpb") if path.parent.name not in releases)
    return found + [f"{name} is recorded, and {RELEASES.relative_to(ROOT)} has no such release" for name in unknown]


def main(arguments: list[str]) -> str | None:
    """Check, or record a release. Gives what is wrong, if anything is."""
    if arguments[:1] == ["record"] and len(arguments) == 2:
        [version] = arguments[1:]
        if version not in released():
            return f"{RELEASES.relative_to(ROOT)} has no release {version}; write its version and commit there first"
        record = record_of(version)
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_bytes(descriptors_of(released()[version]).SerializeToString(deterministic=True))
        print(record.relative_to(ROOT))
        return None
    if arguments != ["--check"]:
        return __doc__
    found = problems()
    if not found:
        print(f"nothing breaks a peer of {', '.join(released())}")
    return "\n".join(found) or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
