"""The plan of the version matrix, its page, and the check that the page is current."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

RIG = Path(__file__).parent.parent.parent / "integration_tests"
sys.path.insert(0, str(RIG))

from compat.marks import is_older  # noqa: E402  # the rig is no package
from compat.matrix import page  # noqa: E402
from compat.matrix.outcomes import Outcome, of_report, write_report  # noqa: E402
from compat.matrix.plan import Plan, read_plan, smoke  # noqa: E402

MATRIX = """
pythons = ["3.10", "3.11"]
python = "3.11"
client_pythons = ["3.14"]
cloudpickles = ["3.1.2", "3.1.3"]

[[ray]]
version = "2.40.0"
pythons = ["3.10"]

[[ray]]
version = "2.60.0"
pythons = ["3.10", "3.11"]

[oldest]
grpcio = "1.60.2"
protobuf = "4.25.9"
cloudpickle = "2.2.0"
"""
RELEASE = '[[release]]\nversion = "{}"\ncommit = "{}"\n'
SUITE = "def test_one() -> None: ...\n\n\ndef helper() -> None: ...\n\n\ndef test_two() -> None: ...\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "matrix.toml").write_text(MATRIX)
    (tmp_path / "releases.toml").write_text(RELEASE.format("0.1.0", "a" * 40))
    (tmp_path / "test_suite.py").write_text(SUITE)
    return tmp_path


@pytest.fixture
def plan(suite: Path) -> Plan:
    return read_plan(suite)


def page_of(plan: Plan, **texts: str) -> str:
    """A page that a whole run has written, but for what is said of cells by name."""
    found = {page.key_of(cell, plan): texts.get(cell.name, str(Outcome(2, 0, 2, 20.4))) for cell in plan.cells}
    empty = f"# Title\n\n{page.BEGIN}\n\n{page.END}\n\nText.\n"
    return page.replace_between_marks(empty, page.render(plan, found, "Newest: grpcio 2."))


def test_each_pair_that_the_files_call_for(plan: Plan) -> None:
    names = [cell.name for cell in plan.cells]
    assert names[:3] == ["releases/0.1.0--this_tree", "releases/this_tree--0.1.0", "releases/this_tree--this_tree"]
    assert [name for name in names if name.startswith("pythons/")] == [
        f"pythons/{client}--{server}" for client in ("3.10", "3.11", "3.14") for server in ("3.10", "3.11")
    ]
    assert [name for name in names if name.startswith("ray/")] == [
        "ray/2.40.0--3.10",
        "ray/2.60.0--3.10",
        "ray/2.60.0--3.11",
    ]
    both = [(cell.client.pins, cell.server.pins) for cell in plan.cells if cell.table == "cloudpickle"]
    assert both == [
        ((f"cloudpickle=={client}",), (f"cloudpickle=={server}",))
        for client in ("3.1.2", "3.1.3")
        for server in ("3.1.2", "3.1.3")
    ]
    pins = [cell.client.pins for cell in plan.cells if cell.table == "dependencies"]
    assert len(set(pins)) == 8
    assert ("grpcio==1.60.2", "protobuf==4.25.9", "cloudpickle==2.2.0") in pins
    assert ("grpcio", "protobuf", "cloudpickle") in pins


def test_the_smoke_has_both_ends_of_each_table(plan: Plan) -> None:
    assert [cell.name for cell in smoke(plan)] == [
        "releases/0.1.0--this_tree",
        "releases/this_tree--0.1.0",
        "pythons/3.10--3.11",
        "pythons/3.11--3.10",
        "ray/2.40.0--3.10",
        "dependencies/grpcio_1.60.2_protobuf_4.25.9--cloudpickle_2.2.0",
    ]
    assert len(smoke(read_plan())) == 6


def test_cases_are_counted(plan: Plan) -> None:
    assert plan.cases == 2


def test_the_suite_is_large_enough_and_counts_as_it_should() -> None:
    suite = read_plan()
    assert suite.cases >= 60
    assert not any("parametrize" in file.read_text() for file in (RIG / "compat").glob("test_*.py"))


def test_a_page_that_a_run_has_written_is_current(plan: Plan) -> None:
    assert page.problems(page_of(plan), plan) == []


def test_the_text_around_the_marks_stays(plan: Plan) -> None:
    text = page_of(plan)
    assert text.startswith("# Title\n") and text.endswith("\nText.\n")
    assert page.note_of(page.between_marks(text)) == "Newest: grpcio 2."


def test_a_release_that_the_page_does_not_know(suite: Path, plan: Plan) -> None:
    text = page_of(plan)
    with (suite / "releases.toml").open("a") as file:
        file.write(RELEASE.format("0.2.0", "b" * 40))
    assert "releases/0.2.0--this_tree: missing" in page.problems(text, read_plan(suite))


def test_a_ray_that_is_no_longer_in_the_matrix(suite: Path, plan: Plan) -> None:
    text = page_of(plan)
    (suite / "matrix.toml").write_text(MATRIX.replace('[[ray]]\nversion = "2.40.0"\npythons = ["3.10"]\n', ""))
    assert page.problems(text, read_plan(suite)) == ["it has other rows or columns than the plan"]


def test_a_case_that_was_added(suite: Path, plan: Plan) -> None:
    text = page_of(plan)
    (suite / "test_more.py").write_text("def test_three() -> None: ...\n")
    problems = page.problems(text, read_plan(suite))
    assert len(problems) == len(plan.cells)
    assert problems[0] == "releases/0.1.0--this_tree: the suite has 3 cases, and not 2"


@pytest.mark.parametrize(
    ("name", "outcome", "is_current"),
    [
        ("ray/2.40.0--3.10", Outcome(1, 1, 2, 20), True),
        ("ray/2.40.0--3.10", Outcome(1, 0, 2, 20), False),
        ("ray/2.40.0--3.10", Outcome(not_run="no Python 3.10"), False),
        ("ray/2.40.0--3.10", Outcome(broken="a server that does not start"), False),
        ("releases/0.1.0--this_tree", Outcome(not_run="no git"), False),
        ("pythons/3.14--3.10", Outcome(not_run="no Python 3.14"), True),
        ("pythons/3.14--3.10", Outcome(1, 0, 2, 20), False),
    ],
)
def test_only_cells_that_passed_are_current(plan: Plan, name: str, outcome: Outcome, is_current: bool) -> None:
    problems = page.problems(page_of(plan, **{name: str(outcome)}), plan)
    assert problems == ([] if is_current else [f"{name}: {outcome}"])


def test_a_page_without_marks(plan: Plan) -> None:
    with pytest.raises(ValueError, match="needs the two lines"):
        page.problems("# Title\n", plan)


def test_the_outcome_of_a_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase name="a"/><testcase name="b"><failure/></testcase>'
        '<testcase name="c"><skipped message="not there: since client 0.2.0"/></testcase>'
        '<testcase name="d"><skipped message="for no good reason"/></testcase></testsuite></testsuites>'
    )
    outcome = of_report(report, 3.0)
    assert (outcome.passed, outcome.not_there, outcome.cases) == (1, 1, 4)
    assert outcome.is_failure
    assert str(outcome) == "1/4, 1 not there, 3 s"


@pytest.mark.parametrize(
    ("messages", "only_hung"),
    [
        ([], False),
        (["Failed: Timeout (>90.0s) from pytest-timeout."], True),
        (["Failed: Timeout (>90.0s) from pytest-timeout.", "assert 1 == 2"], False),
    ],
)
def test_a_suite_that_only_hung_is_known(tmp_path: Path, messages: list[str], only_hung: bool) -> None:
    failed = "".join(
        f'<testcase><failure message="{message.replace(">", "&gt;")}"/></testcase>' for message in messages
    )
    (tmp_path / "report.xml").write_text(f'<testsuite><testcase name="a"/>{failed}</testsuite>')
    assert of_report(tmp_path / "report.xml", 3.0).only_hung is only_hung


@pytest.mark.parametrize("outcome", [Outcome(not_run="no git"), Outcome(broken="no server")])
def test_what_was_not_run_is_counted_neither_as_passed_nor_as_nothing(tmp_path: Path, outcome: Outcome) -> None:
    write_report(tmp_path / "report.xml", "compat", outcome)
    found = of_report(tmp_path / "report.xml", 0.0)
    assert (found.passed, found.cases) == (0, 1)
    assert outcome.is_failure == bool(outcome.broken)


@pytest.mark.parametrize(
    ("version", "first", "is_it_older"),
    [
        ("0.1.0", "0.2.0", True),
        ("0.2.0.dev0", "0.2.0", False),
        ("0.2.0", "0.2.0", False),
        ("0.10.0", "0.9.1", False),
        ("0.1.0", "0.0.0", False),
    ],
)
def test_versions_compare_by_their_release(version: str, first: str, is_it_older: bool) -> None:
    assert is_older(version, first) is is_it_older
