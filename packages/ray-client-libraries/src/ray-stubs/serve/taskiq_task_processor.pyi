from ray_client.serve.taskiq_task_processor import *
