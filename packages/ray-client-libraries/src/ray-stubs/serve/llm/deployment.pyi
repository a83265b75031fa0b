from ray_client.serve.llm.deployment import *
