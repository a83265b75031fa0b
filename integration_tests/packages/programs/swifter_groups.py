"""swifter: a function is applied to groups of a frame in tasks."""

import sys
import warnings

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

import pandas as pd
import swifter

frame = pd.DataFrame({"kind": [index % 30 for index in range(3000)], "value": range(3000)})
grouped = frame.swifter.progress_bar(False).groupby("kind").apply(lambda group: int(group["value"].sum()))
print(swifter.__name__, grouped.head(3).tolist(), int(grouped.sum()))
