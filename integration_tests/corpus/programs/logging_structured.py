"""Logging: `LoggingConfig` sets up the program's and the workers' loggers; levels and handlers are Python's."""

import logging
import sys

import ray
from ray import LoggingConfig

ray.init(logging_config=LoggingConfig(encoding="TEXT", log_level="WARNING"), log_to_driver=False)


@ray.remote
def levels():
    logger = logging.getLogger()
    return logging.getLevelName(logger.level), logging.getLogger("of.mine").isEnabledFor(logging.INFO)


print(ray.get(levels.remote()))
print(logging.getLevelName(logging.getLogger().level))

handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
logger = logging.getLogger("shop")
logger.addHandler(handler)
logger.propagate = False
logger.warning("low on %s", "flour")
logger.info("not shown")

try:
    LoggingConfig(encoding="XML")
except ValueError as error:
    print("encoding:", "XML" in str(error))
