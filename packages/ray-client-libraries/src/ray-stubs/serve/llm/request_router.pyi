from ray_client.serve.llm.request_router import *
