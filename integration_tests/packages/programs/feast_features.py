"""Feast: features as of a moment, joined by its store on datasets of Ray's."""

import sys
import tempfile
import warnings
from datetime import timedelta

import pandas as pd

import ray

warnings.simplefilter("ignore")
if sys.argv[1:] == ["init"]:
    ray.init()

from feast import Entity, FeatureStore, FeatureView, Field, RepoConfig
from feast.infra.offline_stores.contrib.ray_offline_store.ray import RayOfflineStoreConfig
from feast.infra.offline_stores.file_source import FileSource
from feast.types import Float32

with tempfile.TemporaryDirectory() as place:
    times = pd.to_datetime(["2024-05-01", "2024-05-02", "2024-05-01"], utc=True)
    measured = pd.DataFrame({"boat": [1, 1, 2], "speed": [4.0, 6.5, 5.0], "event_timestamp": times})
    measured["speed"] = measured["speed"].astype("float32")
    measured.to_parquet(f"{place}/speeds.parquet")
    config = RepoConfig(
        project="harbour",
        provider="local",
        registry=f"{place}/registry.db",
        offline_store=RayOfflineStoreConfig(storage_path=f"{place}/store"),
        entity_key_serialization_version=3,
    )
    store = FeatureStore(config=config)
    boat = Entity(name="boat", join_keys=["boat"])
    source = FileSource(path=f"{place}/speeds.parquet", timestamp_field="event_timestamp")
    view = FeatureView(
        name="speeds",
        entities=[boat],
        schema=[Field(name="speed", dtype=Float32)],
        source=source,
        ttl=timedelta(days=9),
    )
    store.apply([boat, view])
    asked = pd.DataFrame(
        {"boat": [1, 2], "event_timestamp": pd.to_datetime(["2024-05-01 12:00", "2024-05-03 12:00"], utc=True)}
    )
    found = store.get_historical_features(entity_df=asked, features=["speeds:speed"]).to_df()
    print(found.sort_values("boat")[["boat", "speed"]].values.tolist())
