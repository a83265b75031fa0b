"""sktime: one forecaster for each of several series, fitted in tasks."""

import sys
import warnings

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

from sktime.forecasting.naive import NaiveForecaster
from sktime.utils._testing.hierarchical import _make_hierarchical

series = _make_hierarchical(hierarchy_levels=(3,), min_timepoints=12, max_timepoints=12, random_state=1)
forecaster = NaiveForecaster(strategy="mean")
forecaster.set_config(**{"backend:parallel": "ray", "backend:parallel:params": {"shutdown_ray": False}})
forecaster.fit(series, fh=[1, 2])
print(forecaster.predict().round(4).to_dict("list"))
