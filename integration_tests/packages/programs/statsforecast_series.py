"""statsforecast: forecasts of many series, which are a dataset of Ray's."""

import sys
import warnings

import pandas as pd

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

from statsforecast import StatsForecast
from statsforecast.models import HistoricAverage, Naive, SeasonalNaive

days = pd.date_range("2024-01-01", periods=14)
series = pd.concat(
    pd.DataFrame({"unique_id": name, "ds": days, "y": [float((at + start) % 7) for at in range(14)]})
    for start, name in enumerate(["bread", "milk"])
)
models = [Naive(), SeasonalNaive(season_length=7), HistoricAverage()]
forecast = StatsForecast(models=models, freq="D").forecast(df=ray.data.from_pandas(series), h=3)
print(type(forecast).__name__)
table = forecast.to_pandas().sort_values(["unique_id", "ds"])
print(table["unique_id"].tolist(), table["SeasonalNaive"].tolist(), table["HistoricAverage"].round(3).tolist())
