from ray_client.serve.gang import *
