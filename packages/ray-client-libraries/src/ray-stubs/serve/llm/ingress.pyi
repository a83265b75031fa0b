from ray_client.serve.llm.ingress import *
