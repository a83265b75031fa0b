"""A change of a `.proto` file that would break a released peer is found, and named; an addition is not."""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

TOOLS = Path(__file__).parent.parent
sys.path.insert(0, str(TOOLS))

import released_protos  # noqa: E402  # tools are no package
from protocol_breaks import breaks  # noqa: E402
from released_protos import descriptors  # noqa: E402

RELEASED = """
syntax = "proto3";
package p;
message Part { uint64 id = 1; }
message Thing {
  enum Kind { KIND_UNSPECIFIED = 0; ROUND = 1; SQUARE = 2; }
  message Edge { uint32 length = 1; }
  reserved 9, 20 to 25;
  reserved "weight";
  uint64 id = 1;
  string name = 2;
  repeated Part parts = 3;
  oneof state { Part open = 4; Part closed = 5; }
  Kind kind = 6;
  map<string, string> labels = 7;
  Edge edge = 8;
  repeated uint32 sizes = 10;
}
enum Level { LEVEL_UNSPECIFIED = 0; LOW = 1; HIGH = 2; }
service Shop {
  rpc Find(Part) returns (Thing);
  rpc Watch(Part) returns (stream Thing);
}
"""

#: What is replaced by what, and what the report must say, for everything that breaks a peer.
BREAKS = {
    "field removed": ("string name = 2;", "", "message Thing: field name = 2 is gone"),
    "number reserved without the name": ("string name = 2;", "reserved 2;", "field name = 2 is gone"),
    "name reserved without the number": ("string name = 2;", 'reserved "name";', "field name = 2 is gone"),
    "field renumbered": ("string name = 2;", "string name = 12;", "field name had number 2 and has 12"),
    "field renamed": ("string name = 2;", "string title = 2;", "number 2 was field name and is title"),
    "numbers swapped": (
        "uint64 id = 1;\n  string name = 2;",
        "uint64 id = 2;\n  string name = 1;",
        "number 1 was field id and is name",
    ),
    "scalar retyped": ("string name = 2;", "bytes name = 2;", "field name = 2 was string and is bytes"),
    "message retyped": ("Edge edge = 8;", "Part edge = 8;", "field edge = 8 was p.Thing.Edge and is p.Part"),
    "map retyped": ("map<string, string>", "map<string, uint32>", "message Thing.LabelsEntry: field value = 2"),
    "single made repeated": ("string name = 2;", "repeated string name = 2;", "was string and is repeated string"),
    "repeated made single": ("repeated Part parts", "Part parts", "was repeated p.Part and is p.Part"),
    "made optional": ("string name = 2;", "optional string name = 2;", "was string and is optional string"),
    "no longer packed": ("sizes = 10;", "sizes = 10 [packed = false];", "is repeated uint32 [packed=false]"),
    "moved out of a oneof": (
        "Part open = 4; Part closed = 5; }",
        "Part open = 4; }\n  Part closed = 5;",
        "field closed = 5 was p.Part in oneof state and is p.Part",
    ),
    "moved into a oneof": (
        "string name = 2;",
        "oneof words { string name = 2; }",
        "field name = 2 was string and is string in oneof words",
    ),
    "oneof renamed": ("oneof state", "oneof condition", "is p.Part in oneof condition"),
    "message renamed": ("Edge", "Rim", "message Thing.Edge is gone or renamed"),
    "enum removed": ("enum Level {", "enum Grade {", "enum Level is gone or renamed"),
    "enum value removed": ("ROUND = 1; ", "", "enum Thing.Kind: value ROUND = 1 is gone"),
    "enum value renumbered": ("HIGH = 2", "HIGH = 3", "enum Level: value HIGH had number 2 and has 3"),
    "enum value renamed": ("HIGH = 2", "TOP = 2", "enum Level: number 2 was value HIGH and is TOP"),
    "a reserved number is free again": ("reserved 9, 20 to 25;", "reserved 20 to 25;", "numbers 9 to 9 were reserved"),
    "a reserved range is shorter": ("20 to 25", "20 to 24", "the numbers 20 to 25 were reserved"),
    "a reserved name is free again": ('reserved "weight";', "", "the name weight was reserved"),
    "service renamed": ("service Shop", "service Store", "service Shop is gone or renamed"),
    "method removed": ("rpc Find(Part) returns (Thing);", "", "service Shop: method Find is gone or renamed"),
    "method takes another": ("Find(Part)", "Find(Thing)", "was (Part) returns (Thing) and is (Thing) returns (Thing)"),
    "method gives another": ("returns (Thing)", "returns (Part)", "and is (Part) returns (Part)"),
    "answer no longer streams": ("(stream Thing)", "(Thing)", "was (Part) returns (stream Thing)"),
    "request streams": ("Watch(Part)", "Watch(stream Part)", "is (stream Part) returns (stream Thing)"),
    "package renamed": ("package p;", "package q;", "the package was p and is q"),
}

ADDITIONS = {
    "nothing": ("", ""),
    "field": ("string name = 2;", "string name = 2; string title = 11;"),
    "field of a oneof": ("Part closed = 5;", "Part closed = 5; Part broken = 12;"),
    "message": ("message Part", "message Other { Part part = 1; }\nmessage Part"),
    "enum value": ("HIGH = 2;", "HIGH = 2; HIGHER = 3;"),
    "method": ("rpc Find", "rpc Lose(Part) returns (Part);\n  rpc Find"),
    "service": ("service Shop", "service Other { rpc Find(Part) returns (Part); }\nservice Shop"),
    "removed field, reserved": ("string name = 2;", 'reserved 2; reserved "name";'),
    "removed value, reserved": ("ROUND = 1; ", 'reserved 1; reserved "ROUND"; '),
    "wider reserved range": ("20 to 25", "19 to 30"),
    "order": ("uint64 id = 1;\n  string name = 2;", "string name = 2;\n  uint64 id = 1;"),
    "comment": ("string name = 2;", "// Of the thing.\n  string name = 2;"),
}


@functools.cache
def compiled(text: str) -> FileDescriptorSet:
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "thing.proto").write_text(text)
        return descriptors(Path(directory))


@pytest.mark.parametrize("name", BREAKS)
def test_what_breaks_a_peer_is_found(name: str) -> None:
    old, new, says = BREAKS[name]
    assert old in RELEASED
    found = breaks(compiled(RELEASED), compiled(RELEASED.replace(old, new)))
    assert any(text.startswith("thing.proto: ") and says in text for text in found), found
    assert all(";" in text for text in found)  # what to do stands behind it


@pytest.mark.parametrize("name", ADDITIONS)
def test_what_is_added_breaks_nobody(name: str) -> None:
    old, new = ADDITIONS[name]
    assert old in RELEASED
    assert breaks(compiled(RELEASED), compiled(RELEASED.replace(old, new))) == []


def test_a_file_that_is_gone_is_found() -> None:
    assert breaks(compiled(RELEASED), FileDescriptorSet())[0].startswith("thing.proto: the file is gone")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one release, `1.0`, of one file, in place of ours."""
    proto = tmp_path / released_protos.PROTOS / "thing.proto"
    proto.parent.mkdir(parents=True)
    proto.write_text(RELEASED)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "Release 1.0")
    releases = tmp_path / "releases.toml"
    releases.write_text(f'[[release]]\nversion = "1.0"\ncommit = "{git(tmp_path, "rev-parse", "HEAD")}"\n')
    monkeypatch.setattr(released_protos, "ROOT", tmp_path)
    monkeypatch.setattr(released_protos, "GOLDEN", tmp_path / "golden")
    monkeypatch.setattr(released_protos, "RELEASES", releases)
    return proto


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_check_fails_on_a_break_of_a_recorded_release(tree: Path) -> None:
    assert released_protos.main(["record", "1.0"]) is None
    assert released_protos.main(["--check"]) is None
    tree.write_text(RELEASED.replace("string name = 2;", ""))
    assert "breaks release 1.0: thing.proto: message Thing: field name" in str(released_protos.main(["--check"]))


def test_the_check_needs_no_history(tree: Path) -> None:
    released_protos.main(["record", "1.0"])
    released_protos.RELEASES.write_text(f'[[release]]\nversion = "1.0"\ncommit = "{"0" * 40}"\n')
    assert released_protos.main(["--check"]) is None
    tree.write_text(RELEASED.replace("string name = 2;", ""))
    assert "field name = 2 is gone" in str(released_protos.main(["--check"]))


def test_a_release_without_a_record_is_found(tree: Path) -> None:
    assert "record 1.0" in str(released_protos.main(["--check"]))


def test_a_record_that_is_not_of_its_commit_is_found(tree: Path) -> None:
    released_protos.main(["record", "1.0"])
    record = released_protos.record_of("1.0")
    other = descriptors(tree.parent)
    del other.file[0].message_type[0]
    record.write_bytes(other.SerializeToString())
    assert "is not what commit" in str(released_protos.main(["--check"]))


def test_a_record_without_a_release_is_found(tree: Path) -> None:
    released_protos.main(["record", "1.0"])
    released_protos.RELEASES.write_text("release = []\n")
    assert "has no such release" in str(released_protos.main(["--check"]))
    assert "has no release 1.0" in str(released_protos.main(["record", "1.0"]))
