from ray_client.data.datasource.filename_provider import *
