"""Options of `init` that set a local cluster up; where one runs already they are passed over."""

import logging
import os

import ray

os.environ.setdefault("OMP_NUM_THREADS", "1")
ray.init(
    num_cpus=2,
    num_gpus=0,
    resources={"special": 2},
    object_store_memory=100 * 1024 * 1024,
    include_dashboard=False,
    dashboard_host="127.0.0.1",
    dashboard_port=None,
    logging_level=logging.ERROR,
    logging_format="%(message)s",
    log_to_driver=True,
    configure_logging=True,
    namespace=None,
    runtime_env=None,
    job_config=None,
    _temp_dir=None,
)


@ray.remote(num_cpus=1)
def halves(number):
    return number / 2


print(ray.get([halves.remote(number) for number in range(4)]))
print(len(ray.nodes()), ray.is_initialized())
