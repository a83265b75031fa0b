from ray_client.train.collective.collectives import *
