from ray_client.serve.llm import *
