from ray_client.job_config import *
