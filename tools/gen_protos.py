"""Write the generated code of ray-client-proto, or with `--check` say where it differs from what the protos give.

Run it through `nox -s protos`, which installs the one generator version whose output we commit: any other writes code
that refuses some of the protobuf or grpcio versions we support.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "packages" / "ray-client-proto"
PROTOS = PACKAGE / "proto"
OUTPUT = PACKAGE / "src"


def generate(output: Path) -> None:
    """Run the compiler on every proto file; a service gets a gRPC stub too.

    Raises:
        SystemExit: a proto does not compile, or the compiler warns (of an unused import, say).
    """
    for proto in sorted(PROTOS.rglob("*.proto")):
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}"]
        command += [f"--python_out={output}", f"--pyi_out={output}"]
        if "\nservice " in proto.read_text():
            command += [f"--grpc_python_out={output}"]
        result = subprocess.run([*command, str(proto)], capture_output=True, text=True)
        if result.returncode or result.stderr:
            sys.exit(f"{proto.name}:\n{result.stderr or result.stdout}")


def generated_files(root: Path) -> dict[str, bytes]:
    """Give the content of every generated file under `root`, by its path there."""
    paths = [*root.rglob("*_pb2*.py"), *root.rglob("*_pb2*.pyi")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def main() -> None:
    """Compare with the committed files, or replace them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the committed code differs")
    is_check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        wanted = generated_files(Path(scratch))
    there = generated_files(OUTPUT)
    differing = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    if is_check and differing:
        sys.exit(f"not what the protos give; run `nox -s protos`: {', '.join(differing)}")
    for name in differing:
        target = OUTPUT / name
        if name in wanted:
            target.write_bytes(wanted[name])
        else:
            target.unlink()
    print(f"{len(wanted)} generated files, {len(differing)} changed")


if __name__ == "__main__":
    main()
