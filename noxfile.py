# /// script
# dependencies = ["nox[uv]>=2025.5.1"]
# ///
"""What developers and CI run: `nox -l` lists it, `nox -s tests` is all that must pass, `nox -s demo` shows the product.

Everything runs on wheels that are built from the tree once per run, in environments under `.nox` that are kept. What
is installed beside them has the versions of `constraints/`, so that a clone gives next year what it gives today:
`nox -s lock` writes these files, `nox -s newest` runs the tests with the newest of everything instead.
"""

from __future__ import annotations

import atexit
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import nox
from nox.virtualenv import UV

nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False  # `minimums` runs on those that are there
nox.options.sessions = ["lint", "types", "layers", "unit"]

ROOT = Path(__file__).parent
WORK = ROOT / ".nox"
PACKAGES = ("ray-client-proto", "ray-client", "ray-client-server", "ray-client-libraries")
LOCKED = ROOT / "constraints"
CONSTRAINTS = Path(os.environ.get("RAY_CLIENT_CONSTRAINTS", LOCKED))  # which `newest` sets
SOURCES = [f"packages/{package}/src" for package in PACKAGES]
LIBRARY_EXTRAS = "data,tune,train,serve,rllib"  # of Ray, where the libraries are tested
LIBRARY_NEEDS = [f"ray[{LIBRARY_EXTRAS}]", "polars"]  # which joins of datasets need
FRAMES = ["pandas", "pyarrow", "fastapi", "ipykernel", "jupyter-client"]  # what users of the libraries have themselves

#: The suites of conformance that values go through in both ways: as they came, and opened by the driver.
WITH_VALUES = ("actors", "errors", "objects", "serialization", "streaming", "tasks", "unopened", "values")

#: What `tests` runs, in this order: what is quick to fail comes first.
STEPS = (
    "lint",
    "types",
    "layers",
    "protos-check",
    "build",
    "unit",
    "unit-hook",
    "minimums",
    "surface",
    "integration",
    "conformance",
    "libraries",
    "compat-smoke",
)

PACKAGE_TESTS = ROOT / "integration_tests" / "packages"
GROUPS = nox.project.load_toml(PACKAGE_TESTS / "programs.toml")["groups"]  # of packages that go into one environment

BENCH = ["distributed", "numpy", "matplotlib"]  # what is measured beside us, and what draws what was measured

RUFF = "ruff"
MYPY = ["mypy", "types-grpcio", "types-protobuf"]
IMPORT_LINTER = "import-linter"
# Of all generators, the newest whose output loads on every protobuf and grpcio we support; it has no wheel for 3.13.
GENERATOR = ["grpcio-tools==1.62.3", "protobuf==4.25.9", "setuptools<81"]
MATRIX = nox.project.load_toml(ROOT / "integration_tests" / "compat" / "matrix.toml")
RAY = f"ray=={MATRIX['ray'][-1]['version']}"  # whose semantics the tests describe
OLDEST_RAY = f"ray=={MATRIX['ray'][0]['version']}"  # that ray-client-server takes
_OLDEST = {**MATRIX["oldest"], **MATRIX["oldest_alone"]}
OLDEST = [f"{name}=={version}" for name, version in _OLDEST.items()]  # of what the client needs
PYTEST = [
    "pytest>=8,<10",
    "pytest-timeout>=2.3",
    "pytest-cov>=5",
    "hypothesis>=6.100",
    "trustme>=1.2",
    "numpy",
    "joblib",
    "tqdm",
    "gevent",
    "eventlet",
    "dask",
    "importlib-metadata",
    "setuptools<81",  # the last ones with pkg_resources
    "wsproto",
    "zstandard>=0.23",  # our extra `zstd`
]

# uv must not look for interpreters on the network, and must see past pyenv's shims, which answer for one version only.
os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")
# The tests, whose HOME is another one, look for them there too.
os.environ.setdefault("PYENV_ROOT", str(Path("~/.pyenv").expanduser()))
_pyenv = Path(os.environ["PYENV_ROOT"]) / "versions"
if _pyenv.is_dir():
    _own = "{}.{}.{}".format(*sys.version_info)  # first, so that plain `python` stays what it was
    os.environ["PYENV_VERSION"] = ":".join([_own, *(path.name for path in _pyenv.glob("3.1?.*") if path.name != _own)])

# What builds the wheels is locked too, those of old releases included.
os.environ["UV_BUILD_CONSTRAINT"] = str(CONSTRAINTS / "build.txt")

# A shell that starts us in the background has SIGINT ignored, which children inherit; the tests of Ctrl-C send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Ray as the tests want it: nothing of the user's own settings, nothing reported.
RAY_ENV = {"HOME": str(WORK / "home"), "RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0", "RAY_ADDRESS": None}

# And all else that a shell could change in what tests see.
TEST_ENV = {
    **RAY_ENV,
    **dict.fromkeys(("FORCE_COLOR", "PYTEST_ADDOPTS", "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONWARNINGS"), None),
    "COLUMNS": "80",
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
}


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format, what no linter knows, and two pages of docs; `-- --fix` mends what can be mended."""
    session.install(*locked("cluster"), RUFF)
    if "--fix" in session.posargs:
        session.run("ruff", "check", "--fix", ".")
        session.run("ruff", "format", ".")
        session.run("python", "tools/gen_errors.py")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("python", "tools/check_modules.py")
    session.run("python", "tools/check_limits.py")
    session.run("python", "tools/gen_errors.py", "--check")
    session.run("python", "-m", "compat.matrix", "--check", env={"PYTHONPATH": "integration_tests"})


@nox.session
def types(session: nox.Session) -> None:
    """Types of all packages, strictly, beside the real Ray, and those of a program that uses them."""
    session.install(*locked("cluster"), *MYPY, RAY, "grpcio", "cloudpickle", "pathspec", "zstandard")
    session.run("mypy", *SOURCES, "packages/ray-client/tests/typing/sample.py", *session.posargs)


@nox.session
def layers(session: nox.Session) -> None:
    """Who may import whom: no ray on the thin side, few modules of the server with it, layers point one way."""
    session.install(*locked("cluster"), IMPORT_LINTER)
    session.run("lint-imports", "--no-cache", env={"PYTHONPATH": os.pathsep.join(SOURCES)})


@nox.session(python="3.11")
def protos(session: nox.Session) -> None:
    """Generate the protocol's code; `-- --check` changes nothing and fails if the committed code differs."""
    session.install(*locked("protos"), *GENERATOR)
    session.run("python", "tools/gen_protos.py", *session.posargs)


@nox.session(name="protos-check", python="3.11")
def protos_check(session: nox.Session) -> None:
    """The same as `protos -- --check`; and that nothing in the protocol would break a released peer."""
    session.install(*locked("protos"), *GENERATOR, *PYTEST[:2])
    session.run("python", "tools/gen_protos.py", "--check")
    run_pytest(session, "python", "tools/tests", report="tools")
    session.run("python", "tools/released_protos.py", "--check")


@nox.session(python="3.11")
def record(session: nox.Session) -> None:
    """Record what a release puts on the wire, for later ones to read; `-- VERSION`, which releases.toml must have."""
    session.install(*locked("protos"), *GENERATOR)
    env = {"UV_CONSTRAINT": str(CONSTRAINTS / "laptop.txt")}
    session.run("python", "tools/record_release.py", *session.posargs, UV, env=env)


@nox.session(python=False)
def build(session: nox.Session) -> None:
    """Leave a wheel and an sdist of each package in dist/, the wheels built from the sdists, and check them."""
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    for package in PACKAGES:
        session.run(UV, "build", "-q", "-o", str(dist), f"packages/{package}", external=True)
    wheels(session)
    session.run(sys.executable, "tools/check_dist.py", str(dist), str(WORK / "wheels"), external=True)


@nox.session
@nox.parametrize("package", PACKAGES, ids=["proto", "client", "server", "libraries"])
def unit(session: nox.Session, package: str) -> None:
    """Unit tests of each wheel in an environment with it alone; the client's and the libraries' have no ray."""
    install(session, package)
    coverage = []
    if package == "ray-client-proto":
        # Not of `code`: it does what the Python that runs it needs, so no single one passes through all of it. The
        # client's tests of it (tests/pickling/source) run in every Python that is there.
        coverage = ["--cov=ray_client_proto.wire", "--cov-branch", "--cov-fail-under=100", "--cov-report=term-missing"]
    if package in ("ray-client", "ray-client-libraries"):
        prove_no_ray(session, "python")
    run_pytest(session, "python", f"packages/{package}/tests", *coverage, report=package)


@nox.session(name="unit-hook")
@nox.parametrize("ray", [OLDEST_RAY, RAY], ids=["oldest", "newest"])
def unit_hook(session: nox.Session, ray: str) -> None:
    """Unit tests of the hook, which is for programs that have ray and both wheels; it stands on what is not public."""
    session.install(*requirements(session, "ray-client-server", ray), wheels(session)["ray-client"])
    run_pytest(session, "python", "packages/ray-client-server/tests/hook", report=f"hook-{ray.rpartition('=')[2]}")


@nox.session
@nox.parametrize("python,level", [("3.10", "oldest"), ("3.13", "newest")], ids=["oldest", "newest"])
def minimums(session: nox.Session, level: str) -> None:
    """Unit tests of the thin side on the oldest Python and dependencies we support, and on the newest."""
    if level == "oldest":
        session.install(*locked("laptop-oldest"), *installed(session, "ray-client"), *PYTEST, *OLDEST)
    else:
        install(session, "ray-client")
    runs = [
        pytest_run(session, "python", f"packages/{package}/tests", report=f"{package}-{level}")
        for package in PACKAGES[:2]
    ]
    run_side_by_side(session, *runs)


@nox.session(name="search-properties")
def search_properties(session: nox.Session) -> None:
    """Test properties with ever other examples, for `-- MINUTES` (10); what it finds becomes a case of its own."""
    [minutes] = session.posargs or ["10"]
    session.posargs.clear()
    install(session, "ray-client")
    until = time.monotonic() + 60 * float(minutes)
    while time.monotonic() < until:
        seed = secrets.randbelow(2**32)
        options = ["-m", "hypothesis", "--hypothesis-profile=search", f"--hypothesis-seed={seed}", "--timeout=0"]
        run_pytest(session, "python", *(f"packages/{name}/tests" for name in PACKAGES[:2]), *options, report="search")


@nox.session(python=False)
def integration(session: nox.Session) -> None:
    """The product on a real cluster, from an environment without ray: faults, limits, errors, what is left behind.

    Its suites wait more than they compute, so one half of them runs beside the other.
    """
    cluster, laptop = environments(session)
    env = {"RAY_CLIENT_CLUSTER_PYTHON": cluster, **plain_clusters(session)}
    found = {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("integration_tests/*/test_*.py")}
    one, apart = (
        {f"integration_tests/{suite}" for suite in suites}
        for suites in (("api", "corpus", "deploy"), ("compat", "conformance", "libraries"))
    )
    halves = {"faults-1": found & one, "faults-2": found - one - apart}
    runs = [
        pytest_run(session, laptop, *sorted(half), "-m", "not by_hand", report=report, env=env)
        for report, half in halves.items()
    ]
    run_side_by_side(session, *runs)


@nox.session(python=False)
def libraries(session: nox.Session) -> None:
    """Ray's libraries, from an environment without ray, on a cluster that has them; in environments of its own."""
    cluster, laptop = library_environments(session)
    session.run(cluster, "tools/library_names.py", "--check", env=RAY_ENV, external=True)
    # Of what is installed, and with no settings of this tree's: as in a project of a user's.
    session.run(UV, "pip", "install", "-q", f"--python={laptop}", *locked("cluster"), "mypy", external=True)
    typing = ROOT / "packages" / "ray-client-libraries" / "tests" / "typing"
    programs = sorted(str(path) for path in typing.glob("*.py"))
    session.run(laptop, "-m", "mypy", "--strict", "--config-file=", *programs, external=True)
    frames = frames_environment(session)
    env = {"RAY_CLIENT_CLUSTER_PYTHON": cluster, "RAY_CLIENT_FRAMES_PYTHON": frames}
    found = {str(path.relative_to(ROOT)) for path in ROOT.glob("integration_tests/libraries/test_*.py")}
    # For which the laptop needs FastAPI and a kernel.
    web = [f"integration_tests/libraries/test_{name}.py" for name in ("notebook", "serve_fastapi")]
    of_data = {path for path in found if "test_data" in path}
    halves = {"libraries-1": of_data, "libraries-2": found - of_data - {*web}}
    runs = [
        pytest_run(session, laptop, *sorted(half), "-m", "not by_hand", report=report, env=env)
        for report, half in halves.items()
    ]
    run_side_by_side(session, *runs, pytest_run(session, frames, *web, report="libraries-web", env=env))


@nox.session(name="libraries-corpus", python=False)
def libraries_corpus(session: nox.Session) -> None:
    """All programs of Ray's libraries, natively and from an environment without ray; their part of docs/parity.md."""
    cluster, laptop = library_environments(session)
    others = []
    for minor in ("3.10", "3.13"):
        needed = [*locked("laptop"), *installed(session, "ray-client-libraries")]
        others.append(f"{minor}={environment(session, f'libraries-{minor}', *needed, base=minor)}")
    env = {"RAY_CLIENT_CLUSTER_PYTHON": cluster, "RAY_CLIENT_FRAMES_PYTHON": frames_environment(session)}
    env["RAY_CLIENT_OTHER_PYTHONS"] = os.pathsep.join(others)
    run_pytest(session, laptop, "integration_tests/libraries/test_programs.py", report="libraries-corpus", env=env)
    if not session.posargs:  # a part of the programs says nothing of the others
        report = str(WORK / "reports" / "libraries-corpus.xml")
        session.run(sys.executable, "tools/parity.py", "--write", "libraries", report, external=True)


@nox.session(name="library-names", python=False)
def library_names(session: nox.Session) -> None:
    """Write the names of Ray's libraries, for a new Ray."""
    session.run(library_environments(session)[0], "tools/library_names.py", env=RAY_ENV, external=True)


@nox.session(python=False)
def corpus(session: nox.Session) -> None:
    """All programs of `integration_tests/corpus`, natively and as they are from an environment without ray."""
    cluster, laptop = environments(session)
    env = {"RAY_CLIENT_CLUSTER_PYTHON": cluster}
    run_pytest(session, laptop, "integration_tests/corpus", report="corpus", env=env)


@nox.session(python=False)
def deploy(session: nox.Session) -> None:
    """`ray-client deploy` onto clusters of all kinds; a part of it runs with every change."""
    cluster, laptop = environments(session)
    env = {"RAY_CLIENT_CLUSTER_PYTHON": cluster, **plain_clusters(session)}
    run_pytest(session, laptop, "integration_tests/deploy", report="deploy", env=env)


@nox.session(python=False)
def conformance(session: nox.Session) -> None:
    """One suite against Ray's public API, natively on Ray and then through the client.

    Some of it once more as with a server that opens all values, and has no sockets.
    """
    cluster, laptop = environments(session)
    run_conformance(session, "newest", cluster, laptop)
    if not session.posargs:
        env = {
            "RAY_CLIENT_CLUSTER_PYTHON": cluster,
            "RAY_CLIENT_CONFORMANCE_VALUES": "opened",
            "RAY_CLIENT_WAY": "relay",
        }
        suites = [f"integration_tests/conformance/test_{name}.py" for name in WITH_VALUES]
        run_pytest(session, laptop, *suites, report="conformance-opened", env=env)


@nox.session(python=False)
def ways(session: nox.Session) -> None:
    """Conformance, cuts, and the suite of the matrix, on every way that bytes can go; by hand, before a release."""
    cluster, laptop = environments(session)
    for way in ("socket", "socket-tls", "local", "relay", "relay-tls"):
        env = {"RAY_CLIENT_CLUSTER_PYTHON": cluster, "RAY_CLIENT_CONFORMANCE": "client", "RAY_CLIENT_WAY": way}
        suites = "integration_tests/conformance", "integration_tests/resume"
        run_pytest(session, laptop, *suites, report=f"ways-{way}", env=env)
        run_pytest(session, laptop, "integration_tests/compat", report=f"ways-compat-{way}", env=env)


@nox.session(name="conformance-oldest", python=False)
def conformance_oldest(session: nox.Session) -> None:
    """The same suite on the oldest Ray that we support."""
    run_conformance(session, "oldest", *environments(session, OLDEST_RAY))


@nox.session(python=False)
def parity(session: nox.Session) -> None:
    """Make docs/parity.md of what the last runs of `conformance` and `conformance-oldest` have found."""
    runs = {age: conformance_reports(age) for age in ("newest", "oldest")}
    for age, reports in runs.items():
        if all(Path(report).exists() for report in reports):
            session.run(sys.executable, "tools/parity.py", "--write", age, *reports, external=True)


@nox.session(python=False)
def surface(session: nox.Session) -> None:
    """Compare the public names of Ray's Core with ours, and docs/surface.md with that; `-- --write` writes it."""
    (WORK / "home").mkdir(parents=True, exist_ok=True)
    dumps: list[str] = []
    for python, top in zip(environments(session), ("ray", "ray_client"), strict=True):
        path = WORK / f"surface-{top}.json"
        with path.open("w") as file:
            session.run(python, "tools/surface_dump.py", top, *dumps, stdout=file, env=RAY_ENV, external=True)
        dumps.append(str(path))
    session.run(sys.executable, "tools/surface.py", *session.posargs, *dumps, external=True)


@nox.session(python=False)
def compat(session: nox.Session) -> None:
    """Any client with any server: the version matrix, and its table; `-- --smoke`, `-- --only PATTERN`, `-- --list`."""
    run_matrix(session, *session.posargs)


@nox.session(name="compat-smoke", python=False)
def compat_smoke(session: nox.Session) -> None:
    """The same as `compat -- --smoke`."""
    run_matrix(session, "--smoke")


@nox.session(python=False)
def tests(session: nox.Session) -> None:
    """Everything that must pass; the last line counts what passed and what failed."""
    report = WORK / "report.json"
    shutil.rmtree(WORK / "reports", ignore_errors=True)
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "nox", "-f", __file__, "--report", str(report), "-s", *STEPS]
    outcome = subprocess.run(command)
    atexit.register(print_totals, report)  # after nox's own last words
    if outcome.returncode:
        session.error("see above")


@nox.session(python=False)
def lock(session: nox.Session) -> None:
    """Write `constraints/` for what is needed now, and keep the versions that are there; `-- --upgrade` takes newer."""
    write_locks(session, LOCKED, *session.posargs)


@nox.session(python=False)
def newest(session: nox.Session) -> None:
    """Tell what is newer than the locks, and run `tests` with that: by hand, before a release."""
    directory = WORK / "newest"
    shutil.rmtree(directory, ignore_errors=True)
    write_locks(session, directory)
    newer = []
    for path in sorted(directory.glob("*.txt")):
        older = (LOCKED / path.name).read_text().splitlines()
        for line in sorted({*path.read_text().splitlines()} - {*older}):
            kept = [locked for locked in older if locked.partition("==")[0] == line.partition("==")[0]]
            newer.append(f"{path.stem}: {line} (locked: {', '.join(kept) or 'none'})")
    for line in newer:
        session.log(line)
    if not newer:
        session.skip("nothing is newer than the locks, with which `tests` runs")
    env = {"RAY_CLIENT_CONSTRAINTS": str(directory)}
    session.run(sys.executable, "-m", "nox", "-f", __file__, "-s", "tests", env=env)


@nox.session(python=False)
def demo(session: nox.Session) -> None:
    """A cluster, a laptop without ray, and a census of its standard library computed on the cluster; `-- --deploy`."""
    cluster, laptop = environments(session)
    env = {**RAY_ENV, "RAY_CLIENT_CLUSTER_PYTHON": cluster}
    if "--deploy" in session.posargs:
        env |= plain_clusters(session)
    session.run(laptop, "examples/demo.py", *session.posargs, env=env, external=True)


@nox.session(python=False)
def bench(session: nox.Session) -> None:
    """Native Ray, the client inside Ray, Dask, a bare socket and ours, side by side; `-- --save`, `-- --long`."""
    cluster, laptop = library_environments(session)
    env = {**RAY_ENV, "RAY_CLIENT_CLUSTER_PYTHON": cluster, "RAY_CLIENT_BENCH_PYTHON": bench_environment(session)}
    session.run(laptop, "benchmarks/run.py", *session.posargs, env=env, external=True)


@nox.session(python=False)
def plots(session: nox.Session) -> None:
    """Draw docs/benchmarks.md and its plots from the newest recorded run of `bench`."""
    session.run(bench_environment(session), "benchmarks/plots.py", *session.posargs, external=True)


@nox.session(python=False)
def packages(session: nox.Session) -> None:
    """Other people's packages that use Ray, natively and through the client: docs/packages.md; `-- GROUP PATTERN`."""
    group, pattern = (*session.posargs, "*", "*")[:2]
    for name in GROUPS if group == "*" else [group]:
        cluster, laptop = package_environments(session, name)
        report = str(WORK / "reports" / f"packages-{name}.json")
        env = {**RAY_ENV, "RAY_CLIENT_CLUSTER_PYTHON": cluster}
        try:
            session.run(laptop, str(PACKAGE_TESTS / "run.py"), name, report, pattern, env=env, external=True)
        finally:  # also of what went wrong
            session.run(sys.executable, str(PACKAGE_TESTS / "run.py"), "--table", *package_reports(), external=True)


@nox.session(name="lock-packages", python=False)
def lock_packages(session: nox.Session) -> None:
    """Write which versions `packages` installs: the newest that go together, of each group."""
    for name, facts in GROUPS.items():
        wanted = "\n".join([*facts["packages"], ray_with(facts.get("extras"))])
        options = ["--no-annotate", "--no-header", "--python-version=3.11"]
        command = [UV, "pip", "compile", "-q", *options, "-"]
        done = subprocess.run(command, input=wanted, capture_output=True, text=True)
        if done.returncode:
            session.error(done.stderr)
        lines = (line for line in done.stdout.splitlines() if not line.startswith("-"))
        # Without `+cpu`: the lock fits every build of a version.
        lock = "".join(f"{line.partition('+')[0]}\n" for line in lines)
        (PACKAGE_TESTS / "locks" / f"{name}.txt").write_text(lock, encoding="utf-8")


_wheels: dict[str, str] = {}


def wheels(session: nox.Session) -> dict[str, str]:
    """Give the wheels of the tree by package, built once in a run."""
    if not _wheels:
        out = WORK / "wheels"
        shutil.rmtree(out, ignore_errors=True)
        for package in PACKAGES:
            session.run(UV, "build", "-q", "--wheel", "-o", str(out), f"packages/{package}", external=True)
            [wheel] = out.glob(f"{package.replace('-', '_')}-*.whl")
            _wheels[package] = str(wheel)
    return _wheels


def requirements(session: nox.Session, package: str, ray: str = RAY) -> list[str]:
    """Give what installs a package from its wheel, and does so again when the wheel has changed under the same name."""
    if package == "ray-client-server":
        return [*locked(cluster_lock(ray)), *installed(session, package), *server_needs(ray), *PYTEST]
    return [*locked("laptop"), *installed(session, package), *PYTEST]


def installed(session: nox.Session, package: str) -> list[str]:
    """Give what installs a wheel and that of the protocol, also over older ones of the same name."""
    needed = sorted({"ray-client-proto", package, *(("ray-client",) if package == "ray-client-libraries" else ())})
    return [*(f"--reinstall-package={name}" for name in PACKAGES), *(wheels(session)[name] for name in needed)]


def server_needs(ray: str) -> list[str]:
    """Give what a cluster of the tests has: a dashboard, for `ray.util.state`; the rest as our extra `environments`."""
    return [ray.replace("ray==", "ray[default]=="), "pip", "virtualenv"]


def ray_with(extras: str | None) -> str:
    """Give the newest Ray with extras, if there are any."""
    return RAY.replace("ray==", f"ray[{extras}]==") if extras else RAY


def cluster_lock(ray: str) -> str:
    """Give which lock a cluster with this Ray has."""
    return "cluster" if ray == RAY else f"cluster-{ray.replace('==', '-')}"


def locked(name: str) -> list[str]:
    """Give what holds an installation to the versions of a lock."""
    return [f"--constraint={CONSTRAINTS / name}.txt"]


def locks(session: nox.Session) -> dict[str, list[str]]:
    """Give what each lock is made of, by its name."""
    ours = [f"{name} @ {Path(wheel).as_uri()}" for name, wheel in wheels(session).items()]
    found = {
        "nox": ["nox[uv]>=2025.5.1"],
        "build": ["hatchling>=1.27,<2"],
        "protos": [*GENERATOR, *PYTEST[:2]],
        "bench": BENCH,
        "laptop": [*ours[:2], *PYTEST],
        "laptop-oldest": [*ours[:2], *PYTEST, *OLDEST],
        "cluster": [*ours[:3], *server_needs(RAY), *PYTEST, RUFF, *MYPY, IMPORT_LINTER],
        "cluster-libraries": [*ours[:3], *server_needs(RAY), *LIBRARY_NEEDS, *PYTEST, *FRAMES],
    }
    for older in MATRIX["ray"][:-1]:
        ray = f"ray=={older['version']}"
        found[cluster_lock(ray)] = [*ours[:3], *server_needs(ray), *PYTEST]
    return found


def write_locks(session: nox.Session, directory: Path, *options: str) -> None:
    """Write each lock: names and versions for every Python that we support, and nothing of where they come from."""
    directory.mkdir(parents=True, exist_ok=True)
    form = ["--python-version=3.10", "--no-header", "--no-annotate", "-q"]
    form += [f"--no-emit-package={package}" for package in PACKAGES]
    for name, needed in locks(session).items():
        given = Path(session.create_tmp()) / f"{name}.in"
        given.write_text("\n".join(needed))
        # What is oldest goes with the oldest Python only.
        pythons = [] if name.endswith("-oldest") else ["--universal"]
        command = [UV, "pip", "compile", *form, *pythons, *options, "-o", str(directory / f"{name}.txt"), str(given)]
        session.run(*command, external=True, silent=True)


def install(session: nox.Session, package: str) -> None:
    """Install a package with the test tools into the session's own environment."""
    session.install(*requirements(session, package))


def environments(session: nox.Session, ray: str = RAY) -> tuple[str, str]:
    """Give the interpreters of the cluster, which has Ray and the server wheel, and of the laptop, which has no ray."""
    pythons = {}
    cluster = cluster_lock(ray)
    for name, package in (cluster, "ray-client-server"), ("laptop", "ray-client"):
        directory = WORK / name
        pythons[name] = str(directory / "bin" / "python")
        if not Path(pythons[name]).exists():
            session.run(UV, "venv", "-q", "--clear", f"--python={sys.executable}", str(directory), external=True)
        target = f"--python={pythons[name]}"
        # Compiled: the many processes of a cluster would else all begin by compiling Ray, and time out when busy.
        command = [UV, "pip", "install", "-q", "--compile-bytecode", target]
        session.run(*command, *requirements(session, package, ray), external=True)
    prove_no_ray(session, pythons["laptop"])
    return pythons[cluster], pythons["laptop"]


def bench_environment(session: nox.Session) -> str:
    """Give the interpreter of the environment with what is only measured and drawn with, apart from ours and Ray's."""
    python = WORK / "bench" / "bin" / "python"
    if not python.exists():
        session.run(UV, "venv", "-q", "--clear", f"--python={sys.executable}", str(python.parents[1]), external=True)
    command = [UV, "pip", "install", "-q", "--compile-bytecode", f"--python={python}", *locked("bench"), *BENCH]
    session.run(*command, external=True)
    return str(python)


def package_reports() -> list[str]:
    """Give the reports that runs of `packages` have left."""
    return sorted(str(report) for report in (WORK / "reports").glob("packages-*.json"))


def package_environments(session: nox.Session, group: str) -> tuple[str, str]:
    """Give the interpreters of cluster and laptop with other people's packages, in the versions of the group's lock."""
    packages, extras, pythons = GROUPS[group]["packages"], GROUPS[group].get("extras"), []
    lock = f"--constraint={PACKAGE_TESTS / 'locks' / f'{group}.txt'}"
    for name, package in (f"packages-{group}-cluster", "ray-client-server"), (f"packages-{group}-laptop", "ray-client"):
        python = WORK / name / "bin" / "python"
        if not python.exists():
            session.run(UV, "venv", "-q", "--clear", "--python=3.11", str(WORK / name), external=True)
        if package == "ray-client-server":
            others = [*installed(session, package), ray_with(extras)]
        else:  # as docs/packages.md says: with it, nothing that requires ray brings it
            names = installed(session, "ray-client-libraries" if extras else package)
            others = [*names, f"--override={PACKAGE_TESTS / 'overrides.txt'}"]
        command = [UV, "pip", "install", "-q", "--compile-bytecode", f"--python={python}", lock]
        session.run(*command, *packages, *others, external=True)
        pythons.append(str(python))
    prove_no_ray(session, pythons[1])
    return pythons[0], pythons[1]


def library_environments(session: nox.Session) -> tuple[str, str]:
    """Give the interpreters of a cluster with Ray's libraries, and of a laptop with their names and no ray."""
    server = [*installed(session, "ray-client-server"), *server_needs(RAY), *PYTEST]
    cluster = environment(session, "libraries-cluster", *locked("cluster-libraries"), *server, *LIBRARY_NEEDS)
    laptop = environment(session, "libraries-laptop", *requirements(session, "ray-client-libraries"))
    prove_no_ray(session, laptop)
    return cluster, laptop


def frames_environment(session: nox.Session) -> str:
    """Give the interpreter of a laptop with the names of Ray's libraries, and what programs import themselves."""
    ours = installed(session, "ray-client-libraries")
    needed = [*locked("cluster-libraries"), *ours, *PYTEST, *FRAMES]
    laptop = environment(session, "libraries-frames", *needed)
    prove_no_ray(session, laptop)
    return laptop


def environment(session: nox.Session, name: str, *needed: str, base: str = sys.executable) -> str:
    """Give the interpreter of an environment, which is made where there is none, with what is needed in it."""
    python = str(WORK / name / "bin" / "python")
    if not Path(python).exists():
        session.run(UV, "venv", "-q", "--clear", f"--python={base}", str(WORK / name), external=True)
    session.run(UV, "pip", "install", "-q", "--compile-bytecode", f"--python={python}", *needed, external=True)
    return python


def run_conformance(session: nox.Session, age: str, cluster: str, laptop: str) -> None:
    """Run the suite on both sides, and compare docs/parity.md with what comes of it."""
    reports = conformance_reports(age)
    runs = []
    for python, report in zip((cluster, laptop), reports, strict=True):
        side = "native" if python == cluster else "client"
        env = {"RAY_CLIENT_CLUSTER_PYTHON": cluster, "RAY_CLIENT_CONFORMANCE": side}
        runs.append(pytest_run(session, python, "integration_tests/conformance", report=Path(report).stem, env=env))
    run_side_by_side(session, *runs)
    if not session.posargs:  # a part of the suite says nothing of the whole
        session.run(sys.executable, "tools/parity.py", age, *reports, external=True)


def plain_clusters(session: nox.Session) -> dict[str, str]:
    """Give the interpreters of clusters with Ray's dashboard and nothing of ours, as the tests want to know them.

    The one with the oldest Ray has another Python than the laptop, where there is one.
    """
    pythons = {}
    found = subprocess.run([UV, "python", "find", "3.10"], capture_output=True, text=True)
    other = found.stdout.strip() if found.returncode == 0 else sys.executable
    for age, ray, base in (("NEWEST", RAY, sys.executable), ("OLDEST", OLDEST_RAY, other)):
        python = WORK / f"plain-{ray.replace('==', '-')}" / "bin" / "python"
        if not python.exists():
            session.run(UV, "venv", "-q", "--clear", f"--python={base}", str(python.parents[1]), external=True)
        command = [UV, "pip", "install", "-q", "--compile-bytecode", f"--python={python}", *locked(cluster_lock(ray))]
        session.run(*command, *server_needs(ray), external=True)
        pythons[f"RAY_CLIENT_PLAIN_{age}_PYTHON"] = str(python)
    return pythons


def conformance_reports(age: str) -> list[str]:
    """Give where the reports on the newest or the oldest Ray are, natively and through the client."""
    suffix = "" if age == "newest" else f"-{age}"
    return [str(WORK / "reports" / f"conformance{suffix}-{side}.xml") for side in ("native", "client")]


def prove_no_ray(session: nox.Session, python: str) -> None:
    """Fail unless `import ray` fails."""
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('ray') and 'ray can be imported here')"
    session.run(python, "-c", code, external=True)


def run_pytest(
    session: nox.Session, python: str, *arguments: str, report: str, env: dict[str, str] | None = None
) -> None:
    """Run tests, with what follows `--` on the command line, and keep the outcome for the closing line of `tests`."""
    command, env = pytest_run(session, python, *arguments, report=report, env=env)
    session.run(*command, env=env, external=True)


def pytest_run(
    session: nox.Session, python: str, *arguments: str, report: str, env: dict[str, str] | None = None
) -> tuple[list[str], dict[str, str | None]]:
    """Give the command and the environment of such a run."""
    (WORK / "home").mkdir(parents=True, exist_ok=True)
    junit = f"--junitxml={WORK / 'reports' / report}.xml"
    return [python, "-m", "pytest", junit, *arguments, *session.posargs], {**TEST_ENV, **(env or {})}


def run_side_by_side(session: nox.Session, *runs: tuple[list[str], dict[str, str | None]]) -> None:
    """Run commands at the same time; what each prints follows when all have ended."""

    def start(run: tuple[list[str], dict[str, str | None]], log: Path) -> None:
        with log.open("w") as output:
            # 5: what follows `--` chooses no test of this one.
            codes = [0, 5] if session.posargs else [0]
            session.run(*run[0], env=run[1], external=True, stdout=output, success_codes=codes)

    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(len(runs)) as threads:
        logs = [Path(directory) / str(number) for number in range(len(runs))]
        ended = [threads.submit(start, run, log) for run, log in zip(runs, logs, strict=True)]
        for one, log in zip(ended, logs, strict=True):
            one.exception()  # waits
            print(log.read_text())
    for one in ended:
        one.result()


def run_matrix(session: nox.Session, *arguments: str) -> None:
    """Run `integration_tests/compat/matrix`, which makes its environments itself."""
    wheels(session)
    places = {"uv": UV, "wheels": WORK / "wheels", "work": WORK / "compat", "reports": WORK / "reports"}
    places["constraints"] = CONSTRAINTS
    options = [f"--{name}={place}" for name, place in places.items()]
    env = {"PYTHONPATH": "integration_tests"}
    session.run(sys.executable, "-m", "compat.matrix", *options, *arguments, env=env, external=True)


def print_totals(report: Path) -> None:
    """Print which tests failed, and `N passed, N failed` for a run of `tests`: each test counts, and each step."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for xml in sorted((WORK / "reports").glob("*.xml")):
        suites = ElementTree.parse(xml)
        for case in suites.iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                print(f"failed: {case.get('classname')}::{case.get('name')} ({xml.stem})")
        for suite in suites.iter("testsuite"):
            failed, skipped = int(suite.get("failures", 0)) + int(suite.get("errors", 0)), int(suite.get("skipped", 0))
            counts["failed"] += failed
            counts["skipped"] += skipped
            counts["passed"] += int(suite.get("tests", 0)) - failed - skipped
    outcomes = json.loads(report.read_text())["sessions"] if report.exists() else []
    counts["passed"] += sum(outcome["result"] == "success" for outcome in outcomes)
    counts["failed"] += sum(outcome["result"] not in ("success", "skipped") for outcome in outcomes) or not outcomes
    if not counts["skipped"]:
        del counts["skipped"]
    print(", ".join(f"{count} {name}" for name, count in counts.items()), flush=True)
