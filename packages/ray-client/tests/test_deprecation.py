from __future__ import annotations

import pickle
import subprocess
import sys
import warnings

import pytest

from ray_client.deprecation import RayDeprecationWarning, warn_deprecated
from ray_client.util import annotations


def test_the_class_is_ray_s_and_travels_by_its_name() -> None:
    assert RayDeprecationWarning is annotations.RayDeprecationWarning
    assert issubclass(RayDeprecationWarning, DeprecationWarning)
    assert pickle.loads(pickle.dumps(RayDeprecationWarning)) is RayDeprecationWarning


def test_a_warning_names_the_line_that_called() -> None:
    with pytest.warns(RayDeprecationWarning, match="say five") as warned:
        warn_deprecated("say five")
    assert warned[0].filename == __file__


def test_a_program_s_filter_for_the_class_meets_it() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("ignore", RayDeprecationWarning)
        warn_deprecated("say five")
    assert warned == []


@pytest.mark.parametrize(("options", "actions"), [([], ["module"]), (["-W", "default"], [])])
def test_it_is_shown_once_for_each_module_unless_told_otherwise(options: list[str], actions: list[str]) -> None:
    program = (
        "import warnings, ray_client.options\n"
        "from ray_client.util.annotations import RayDeprecationWarning as wanted\n"
        "print([action for action, _, category, *_ in warnings.filters if category is wanted])"
    )
    done = subprocess.run([sys.executable, *options, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(actions)
