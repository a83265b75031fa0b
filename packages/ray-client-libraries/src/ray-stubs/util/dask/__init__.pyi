from ray_client.util.dask import *
