"""Logging: where `init` is not told how to log, the environment says it, for the program and the workers."""

import io
import json
import logging
import os

os.environ["RAY_LOGGING_CONFIG_ENCODING"] = "JSON"

import ray  # it reads the variable now

ray.init(log_to_driver=False)


def written(text):
    [handler] = [each for each in logging.getLogger().handlers if isinstance(each, logging.StreamHandler)]
    handler.setStream(io.StringIO())
    logging.getLogger("shop").warning(text)
    found = json.loads(handler.stream.getvalue())
    return found["levelname"], found["message"], "job_id" in found, "asctime" in found


@ray.remote
def work():
    return written("from a task")


print(written("from the program"))
print(ray.get(work.remote()))
print(logging.getLevelName(logging.getLogger().level), logging.getLogger("ray").propagate)
