from ray_client.data.datasource.util import *
