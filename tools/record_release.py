"""Record what a release puts on the wire, for later releases to read.

    python tools/record_release.py VERSION [UV]

The release stands in `integration_tests/compat/releases.toml`. Its wheels are built from its commit and installed for
each Python that we support; what they write goes to `packages/ray-client-proto/tests/golden/VERSION`, and is never
changed from then on. Run it through `nox -s record -- VERSION`, which installs the compiler for the descriptors.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import released_protos

TOOLS = Path(__file__).parent
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
PACKAGES = ("ray-client-proto", "ray-client", "ray-client-server")

#: Runs a script under its bare name: functions carry the path of their file, which is to be the same everywhere.
RUN = "import sys; name = sys.argv.pop(1); exec(compile(open(name).read(), name, 'exec'))"


def main(arguments: list[str]) -> str | None:
    """Record a release. Gives what is wrong, if anything is."""
    if len(arguments) not in (1, 2):
        return __doc__
    version, uv = arguments[0], (arguments[1:] or ["uv"])[0]
    target = released_protos.record_of(version).parent
    if (target / "messages.json").exists():
        return f"{target} is there already, and a record is never changed"
    if problem := released_protos.main(["record", version]):
        return problem
    with tempfile.TemporaryDirectory() as scratch:
        wheels = build(uv, released_protos.released()[version], Path(scratch))
        for python in PYTHONS:
            environment = Path(scratch) / python
            run(uv, "venv", "-q", f"--python={python}", str(environment))
            install = (uv, "pip", "install", "-q", f"--python={environment}")
            run(*install, wheels["ray-client-proto"], wheels["ray-client"])
            run(*install, "--no-deps", wheels["ray-client-server"])  # what is asked of it needs no ray
            record = (str(environment / "bin" / "python"), "-c", RUN)
            run(*record, "golden_pickles.py", str(target))
        run(*record, "golden_messages.py", str(target))
    print("\n".join(sorted(str(path) for path in target.iterdir())))
    return None


def build(uv: str, commit: str, scratch: Path) -> dict[str, str]:
    """Give the wheels of a commit by package."""
    command = ["git", "archive", commit]
    archive = subprocess.run(command, cwd=TOOLS.parent, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(scratch / "sources", filter="data")
    found = {}
    for package in PACKAGES:
        out = scratch / "wheels" / package
        run(uv, "build", "-q", "--wheel", "-o", str(out), str(scratch / "sources" / "packages" / package))
        [wheel] = out.glob("*.whl")
        found[package] = str(wheel)
    return found


def run(*command: str) -> None:
    """Run a command from the directory of the tools.

    Raises:
        CalledProcessError: it failed.
    """
    subprocess.run(command, cwd=TOOLS, check=True, env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
