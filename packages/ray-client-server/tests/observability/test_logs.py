"""One line for each event."""

from __future__ import annotations

import logging

import pytest

from ray_client_server.observability import logs


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("two words", "'two words'"),
        ("", "''"),
        ("a\nb", r"'a\nb'"),
        (3, "3"),
        ("\x1b[2J", r"'\x1b[2J'"),
        ("\u202ex", r"'\u202ex'"),
        ("x" * 5000, "x" * 1000 + "..."),
    ],
)
def test_a_line_is_always_one_event(value, written):
    assert logs.event_line("some.event", {"key": value}) == f"some.event key={written}"


def test_events_go_to_stderr_from_the_level_on(capsys):
    logs.log_to_stderr("INFO")
    try:
        log = logs.EventLog("part")
        log.debug("not.this")
        log.info("this.one", a=1)
        log.error("and.this", because="it broke")
    finally:
        logging.getLogger(logs.NAME).handlers.clear()
        logging.getLogger(logs.NAME).propagate = True
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("Z INFO this.one a=1") and lines[1].endswith("Z ERROR and.this because='it broke'")


def test_what_an_error_says_does_nothing_to_a_terminal(capsys):
    logs.log_to_stderr("INFO")
    try:
        try:
            raise ValueError("red\x1b[31m\rgone")
        except ValueError:
            logs.EventLog("part").error("it.broke", exc_info=True)
    finally:
        logging.getLogger(logs.NAME).handlers.clear()
        logging.getLogger(logs.NAME).propagate = True
    text = capsys.readouterr().err
    assert "ValueError: red\\x1b[31m\\rgone" in text and "\x1b" not in text and "\r" not in text
