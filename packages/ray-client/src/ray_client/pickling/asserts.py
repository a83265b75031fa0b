"""Tasks of test modules: code there refers to pytest, which the cluster need not have."""

from __future__ import annotations

from typing import Any, Final

#: The module of pytest that code with a rewritten `assert` refers to.
PYTEST_MODULE: Final = "_pytest.assertion.rewrite"
_MARKS: Final = "pytestmark"


class AssertTexts:
    """Stands for that module: makes the text of an AssertionError, with the values in it.

    The names are those that such code uses, from pytest 7 to 9. It travels by value, and uses no name of this module.
    """

    _LONGEST = 240

    @staticmethod
    def _saferepr(value: Any) -> str:
        try:
            text = repr(value)
        except Exception as error:  # noqa: BLE001  # the user's own `__repr__`: anything
            text = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
        half = AssertTexts._LONGEST // 2
        text = text if len(text) <= 2 * half else f"{text[:half]}...{text[-half:]}"
        return text.replace("\n", "\\n")

    @staticmethod
    def _format_assertmsg(message: Any) -> str:
        text = message if isinstance(message, str) else AssertTexts._saferepr(message)
        # What is written around it is a template, and its lines have marks.
        return text.replace("%", "%%").replace("\n", "\n~")

    @staticmethod
    def _should_repr_global_name(value: Any) -> bool:
        return not callable(value)

    @staticmethod
    def _format_boolop(parts: list[str], is_or: int) -> str:
        return "(" + (" or " if is_or else " and ").join(parts).replace("%", "%%") + ")"

    @staticmethod
    def _call_reprcompare(_operators: Any, results: Any, texts: Any, _values: Any) -> str:
        """Give the text of the first comparison of a chain that is not true."""
        for result, text in zip(results, texts, strict=True):
            try:
                if not result:
                    return str(text)
            except Exception:  # noqa: BLE001  # an array has no truth of its own: this is the one that failed
                return str(text)
        return str(texts[-1])

    @staticmethod
    def _format_explanation(text: str) -> str:
        """Give what was asserted in its first line, and then where its values come from."""
        first, *others = text.split("\n")
        lines, open_lines = [first], [0]
        for line in others:
            mark, rest = line[:1], line[1:]
            if mark == "}":  # the line that this part was said of goes on
                open_lines.pop()
                lines[open_lines[-1]] += rest
            elif mark == "{":
                lines.append(" +" + "  " * len(open_lines) + "where " + rest)
                open_lines.append(len(lines) - 1)
            else:
                lines.append(rest)
                open_lines[-1] = len(lines) - 1 if mark == ">" else open_lines[-1]
        return "\n".join(lines)

    @staticmethod
    def _check_if_assertion_pass_impl() -> bool:
        return False  # a hook for asserts that pass is a thing of the test run, which is elsewhere


# A module that nobody has: so cloudpickle takes the class by value, here and on the driver.
AssertTexts.__module__ = "ray-client-asserts"
for _part in vars(AssertTexts).values():
    if isinstance(_part, staticmethod):
        _part.__func__.__module__ = AssertTexts.__module__


def without_marks(attributes: dict[str, Any]) -> dict[str, Any]:
    """Give the attributes of a function or a class without the marks that are for the test run."""
    return {name: value for name, value in attributes.items() if name != _MARKS} if _MARKS in attributes else attributes
