from ray_client.data.extensions.object_extension import *
