from ray_client.serve.gradio_integrations import *
