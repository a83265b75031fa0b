from ray_client.serve._private.common import DeploymentID
from ray_client.serve._private.common import ReplicaID
from ray_client.serve.gang import GangContext
from ray_client.serve.schema import ReplicaRank
from typing import Any
from typing import Callable
from typing import Optional
import dataclasses
@dataclasses.dataclass
class DeploymentActorContext:
 deployment_id: DeploymentID
 actor_name: str
 code_version: Optional[str] = ...
 @property
 def app_name(self) -> str: ...
 @property
 def deployment(self) -> str: ...
@dataclasses.dataclass
class ReplicaContext:
 replica_id: ReplicaID
 servable_object: Callable
 rank: ReplicaRank
 world_size: int
 gang_context: Optional[GangContext] = ...
 code_version: Optional[str] = ...
 @property
 def app_name(self) -> str: ...
 @property
 def deployment(self) -> str: ...
 @property
 def replica_tag(self) -> str: ...
RAY_SERVE_INTERNAL_DEPLOYMENT_ACTOR_NAME_ENV_VAR: str
RAY_SERVE_INTERNAL_DEPLOYMENT_APP_NAME_ENV_VAR: str
RAY_SERVE_INTERNAL_DEPLOYMENT_CODE_VERSION_ENV_VAR: str
RAY_SERVE_INTERNAL_DEPLOYMENT_NAME_ENV_VAR: str
SERVE_CONTROLLER_NAME: str
SERVE_LOGGER_NAME: str
SERVE_NAMESPACE: str
