"""scikit-learn with joblib: a search over parameters, its fits done by actors."""

import sys

import ray

if sys.argv[1:] == ["init"]:
    ray.init()

import joblib
from ray.util.joblib import register_ray
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

register_ray()
inputs, targets = make_classification(n_samples=120, random_state=0)
search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0, 10.0]}, cv=3)
with joblib.parallel_backend("ray", n_jobs=2):
    search.fit(inputs, targets)
print(search.best_params_, round(search.best_score_, 3))
