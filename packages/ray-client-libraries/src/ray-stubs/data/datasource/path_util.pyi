from ray_client.data.datasource.path_util import *
