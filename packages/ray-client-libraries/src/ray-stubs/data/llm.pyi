from ray_client.data.llm import *
