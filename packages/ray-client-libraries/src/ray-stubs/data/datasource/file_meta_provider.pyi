from ray_client.data.datasource.file_meta_provider import *
