from ray_client.train import SyncConfig as SyncConfig_
import dataclasses
@dataclasses.dataclass
class SyncConfig(SyncConfig_): ...
