"""Run programs that use other people's packages: natively, and through `python -m ray_client run`. Both print the same.

run.py GROUP REPORT [PATTERN]     run a group's programs from an environment without ray; write what came of it
run.py --table REPORT...          write the table of docs/packages.md
"""

from __future__ import annotations

import fnmatch
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tomllib

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from cluster import Head, cluster_python, cluster_ray, private_environment  # noqa: E402
from gateway import Gateway  # noqa: E402
from processes import kill_marked, new_mark  # noqa: E402
from programs import own_lines  # noqa: E402

PAGE = HERE.parent.parent / "docs" / "packages.md"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
PLAN: Mapping[str, Any] = tomllib.loads((HERE / "programs.toml").read_text(encoding="utf-8"))
TIME_OUT_S = 600
#: What Ray itself prints in between.
OF_RAY = re.compile(r"^\((raylet|autoscaler|.*\bpid=\d+)|^\x1b")
WAYS = {"init": ["init"], "no init": []}


def run(command: list[str], address: str, extra: Mapping[str, str]) -> tuple[int, list[str], str]:
    """Run a program; give its exit code, the lines that it printed itself, and what it said of errors."""
    with tempfile.TemporaryDirectory(prefix="rcp-") as home:
        variables = {"RAY_ADDRESS": address, "TMPDIR": home, "OMP_NUM_THREADS": "1", **extra}
        environment = private_environment(Path(home), new_mark(), variables)
        try:
            done = subprocess.run(
                command,
                cwd=HERE / "programs",
                env=environment,
                capture_output=True,
                text=True,
                timeout=TIME_OUT_S,
                check=False,
            )
            code, printed, said = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired as error:
            code, printed = -1, (error.stdout or b"").decode(errors="replace")
            said = (error.stderr or b"").decode(errors="replace") + f"\nno end within {TIME_OUT_S} s"
        finally:
            kill_marked(environment["RAY_CLIENT_TEST_MARK"])
    return code, [line for line in own_lines(printed) if not OF_RAY.match(line)], said


def compare(name: str, way: str, head: Head, gateway: Gateway) -> str:
    """Run one program both ways; give what is wrong, or nothing."""
    extra = PLAN["programs"][name].get("without_init", {}) if way == "no init" else {}
    arguments = [f"{name}.py", *WAYS[way]]
    code, printed, said = run([str(cluster_python()), *arguments], head.address, extra)
    if code or not printed:
        return f"natively it fails with {code}: {said[-3000:]}"
    ours, shown, errors = run([sys.executable, "-m", "ray_client", "run", *arguments], gateway.address, extra)
    if ours:
        return f"it ends with {ours}: {errors[-3000:]}"
    return "" if shown == printed else f"it prints {shown}, and natively {printed}"


def run_group(group: str, report: Path, pattern: str) -> int:
    """Run the programs of a group; give how many went wrong. The report keeps what earlier runs found of others."""
    names = [name for name, facts in PLAN["programs"].items() if facts["group"] == group]
    facts: dict[str, Any] = {"python": platform.python_version(), "ray": cluster_ray(), "outcomes": []}
    if report.exists():
        facts["outcomes"] = json.loads(report.read_text(encoding="utf-8"))["outcomes"]
    report.parent.mkdir(parents=True, exist_ok=True)
    failed = 0
    head = Head.start(num_cpus=4)
    try:
        # PyTorch makes a directory when it is imported, and leaves it.
        of_torch = {"TORCHINDUCTOR_CACHE_DIR": str(head.directory / "torch")}
        gateway = Gateway.start(head.address, env=of_torch, within_s=180)
        try:
            for name in fnmatch.filter(names, pattern):
                packages = {package: version(package) for package in PLAN["programs"][name]["packages"]}
                for way in WAYS:
                    wrong = compare(name, way, head, gateway)
                    failed += bool(wrong)
                    others = [each for each in facts["outcomes"] if (each["program"], each["way"]) != (name, way)]
                    found = {"program": name, "packages": packages, "way": way, "wrong": wrong}
                    facts["outcomes"] = [*others, found]
                    report.write_text(json.dumps(facts, indent=1), encoding="utf-8")
                    print(f"{name}, {way}: {wrong or 'the same'}", flush=True)
        finally:
            gateway.close()
    finally:
        head.close()
    return failed


def write_table(reports: list[Path]) -> None:
    """Put what the runs have found into the page."""
    found = [json.loads(report.read_text(encoding="utf-8")) for report in reports]
    rows: dict[str, dict[str, Any]] = {}
    for outcome in (each for facts in found for each in facts["outcomes"]):
        row = rows.setdefault(outcome["program"], {"packages": outcome["packages"]})
        row[outcome["way"]] = "differs" if outcome["wrong"] else "the same"
    lines = [
        f"With Ray {found[0]['ray']} and Python {found[0]['python']}:",
        "",
        "| Package | Program | With its own `init` | Without |",
        "|---|---|---|---|",
    ]
    for name, row in sorted(rows.items(), key=lambda item: next(iter(item[1]["packages"])).lower()):
        packages = ", ".join(f"{package} {number}" for package, number in row["packages"].items())
        lines.append(f"| {packages} | `{name}.py` | {row.get('init', 'not run')} | {row.get('no init', 'not run')} |")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "--table":
        write_table([Path(report) for report in sys.argv[2:]])
    else:
        os.environ.setdefault("PYTHONWARNINGS", "ignore")
        sys.exit(run_group(sys.argv[1], Path(sys.argv[2]), (sys.argv[3:] or ["*"])[0]))
