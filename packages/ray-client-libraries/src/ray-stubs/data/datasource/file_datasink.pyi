from ray_client.data.datasource.file_datasink import *
