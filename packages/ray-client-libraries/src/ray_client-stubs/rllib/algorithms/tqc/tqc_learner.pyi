from ray_client.rllib.algorithms.sac.sac_learner import SACLearner
class TQCLearner(SACLearner):
 def build(self) -> None: ...
QF_LOSS_KEY: str
QF_MAX_KEY: str
QF_MEAN_KEY: str
QF_MIN_KEY: str
QUANTILES_KEY: str
TD_ERROR_MEAN_KEY: str
