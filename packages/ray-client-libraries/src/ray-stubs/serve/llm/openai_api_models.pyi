from ray_client.serve.llm.openai_api_models import *
