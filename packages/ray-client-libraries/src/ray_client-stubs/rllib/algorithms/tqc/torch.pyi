from typing import Any
DefaultTQCTorchRLModule: Any
TQCTorchLearner: Any
