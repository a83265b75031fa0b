from ray_client.serve.task_consumer import *
