from ray_client.data.preprocessors.version_support import *
