from ray_client.serve.task_processor import *
