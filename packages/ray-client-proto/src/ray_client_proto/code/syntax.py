"""What an older Python cannot read, so far as this one can tell."""

from __future__ import annotations

import io
import sys
import tokenize
from typing import Final

from ray_client_proto.code.build import FunctionSource, parse, standalone

#: PEP 701: from here on anything may stand in the braces of an f-string.
_FREE_F_STRINGS: Final = (3, 12)


def unknown_to(other: tuple[int, int], source: FunctionSource) -> str:
    """Give what the older Python does not know in a source; empty if nothing is found, or if it is not older."""
    if other >= sys.version_info[:2]:
        return ""
    text, _ = standalone(source)
    try:
        parse(text, feature_version=other)
    except SyntaxError as exc:
        return exc.msg
    if other < _FREE_F_STRINGS <= sys.version_info[:2] and _has_free_f_string(text):
        return "quotes, backslashes, comments and line ends in the braces of an f-string are only supported in 3.12"
    return ""


def _has_free_f_string(text: str) -> bool:
    start, end = getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "FSTRING_END", -1)
    quotes: list[str] = []  # of the f-strings that are open, outermost first
    middle = getattr(tokenize, "FSTRING_MIDDLE", -1)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == start:
            quote = token.string.lstrip("fFrRbBuU")
            if _clashes(quote, quotes):
                return True
            quotes.append(quote)
        elif token.type == end:
            quotes.pop()
        elif quotes and token.type != middle:
            if token.type == tokenize.COMMENT or "\\" in token.string:
                return True
            if token.type == tokenize.STRING and _clashes(token.string.lstrip("fFrRbBuU"), quotes):
                return True
            if token.type == tokenize.NL and len(quotes[-1]) == 1:
                return True
    return False


def _clashes(literal: str, quotes: list[str]) -> bool:
    """Tell whether a string inside f-strings would end one of them for an older Python."""
    return any(quote in literal for quote in quotes)
