"""What each public function and class takes, and with which error it refuses the rest: the table `forms.tsv`."""

from __future__ import annotations

from typing import Any

import pytest

from conformance import forms
from conformance.api import IS_NATIVE
from conformance.marks import since_ray


def _case(form: forms.Form) -> Any:
    if not form.since:
        return form
    came = f"`{form.expression}`"
    mark = since_ray(form.since.lstrip("-"), came, client_has_it=not form.since.startswith("-"))
    return pytest.param(form, marks=mark)


@pytest.fixture(scope="module")
def namespace() -> dict[str, Any]:
    return forms.names()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what Ray has deprecated
@pytest.mark.parametrize("form", [_case(form) for form in forms.read()], ids=lambda form: form.expression)
def test_a_form_of_arguments(form: forms.Form, namespace: dict[str, Any]) -> None:
    expected = form.native if IS_NATIVE else form.client or form.native
    assert forms.outcome(form.expression, namespace, expected) == expected
