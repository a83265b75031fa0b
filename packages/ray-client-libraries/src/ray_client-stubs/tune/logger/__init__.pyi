from ray_client.tune.logger.csv import CSVLoggerCallback as CSVLoggerCallback
from ray_client.tune.logger.json import JsonLoggerCallback as JsonLoggerCallback
from ray_client.tune.logger.logger import LoggerCallback as LoggerCallback
from ray_client.tune.logger.logger import pretty_print as pretty_print
from ray_client.tune.logger.tensorboardx import TBXLoggerCallback as TBXLoggerCallback
