from ray_client.rllib.algorithms.tqc.tqc import TQC as TQC
from ray_client.rllib.algorithms.tqc.tqc import TQCConfig as TQCConfig
from ray_client.rllib.algorithms.tqc.tqc_catalog import TQCCatalog as TQCCatalog
