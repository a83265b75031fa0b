"""Which files to leave out of a package: rules in the form of `.gitignore`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class Rule(NamedTuple):
    """One line of an ignore file, for paths below the directory `base` ("" for the root, else with a final "/")."""

    base: str
    pattern: re.Pattern[str]
    is_negated: bool
    for_directories_only: bool

    def matches(self, path: str, is_directory: bool) -> bool:
        if self.for_directories_only and not is_directory:
            return False
        return path.startswith(self.base) and self.pattern.fullmatch(path, len(self.base)) is not None


def parse_rules(lines: Iterable[str], base: str = "") -> list[Rule]:
    """Give the rules that these lines hold, in their order; comments and empty lines hold none."""
    return [rule for line in lines if (rule := _parse(line, base)) is not None]


def is_ignored(rules: Iterable[Rule], path: str, is_directory: bool) -> bool:
    """Tell whether a path is left out: the last rule that matches it decides.

    >>> is_ignored(parse_rules(["*.log", "!keep.log"]), "a/keep.log", False)
    False
    """
    ignored = False
    for rule in rules:
        if rule.matches(path, is_directory):
            ignored = not rule.is_negated
    return ignored


def _parse(line: str, base: str) -> Rule | None:
    text = line.rstrip("\r\n")
    while text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1]
    if not text or text.startswith("#"):
        return None
    is_negated = text.startswith("!")
    text = text[is_negated:]
    for_directories_only = text.endswith("/")
    text = text.rstrip("/")
    if not text:
        return None
    # A slash at the start or in the middle ties the pattern to the directory of its file.
    is_anchored = "/" in text
    text = text.lstrip("/")
    anywhere = "" if is_anchored else "(?:.*/)?"
    try:
        pattern = re.compile(anywhere + _translate(text), re.DOTALL)
    except re.error:  # a set such as [z-a], which git matches with nothing either
        return None
    return Rule(base, pattern, is_negated, for_directories_only)


_TOKEN = re.compile(r"\*\*/|/\*\*$|\*+|\?|\[!?\]?[^\]]*\]|\\.|.", re.DOTALL)


def _translate(text: str) -> str:
    """Give a regular expression for a pattern with `*`, `**`, `?` and `[...]`."""
    return "".join(_translate_token(token) for token in _TOKEN.findall(text))


def _translate_token(token: str) -> str:
    if token == "**/":
        return "(?:.*/)?"
    if token == "/**":
        return "/.*"
    if token.startswith("*"):
        return "[^/]*"
    if token == "?":
        return "[^/]"
    if len(token) > 2 and token[0] == "[":
        inside = token[1:-1].replace("\\", r"\\")
        return f"(?!/)[{'^' + inside[1:] if inside[0] == '!' else inside}]"
    return re.escape(token[1:] if len(token) == 2 and token[0] == "\\" else token)
