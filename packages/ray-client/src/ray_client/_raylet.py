"""Names of Ray's compiled module: those that programs use, and under which Ray pickles its ids (rule T7)."""

from ray_client.handles.ids import (
    ActorClassID,
    ActorID,
    BaseID,
    ClusterID,
    FunctionID,
    JobID,
    Language,
    NodeID,
    PlacementGroupID,
    TaskID,
    UniqueID,
    WorkerID,
)
from ray_client.handles.object_ref import ObjectRef
from ray_client.handles.ref_generator import DynamicObjectRefGenerator, ObjectRefGenerator

__all__ = [
    "ActorClassID",
    "ActorID",
    "BaseID",
    "ClusterID",
    "DynamicObjectRefGenerator",
    "FunctionID",
    "JobID",
    "Language",
    "NodeID",
    "ObjectID",
    "ObjectRef",
    "ObjectRefGenerator",
    "PlacementGroupID",
    "TaskID",
    "UniqueID",
    "WorkerID",
]

#: The older name of `ObjectRef`.
ObjectID = ObjectRef
