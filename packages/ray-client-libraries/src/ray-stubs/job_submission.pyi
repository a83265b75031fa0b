from ray_client.job_submission import *
