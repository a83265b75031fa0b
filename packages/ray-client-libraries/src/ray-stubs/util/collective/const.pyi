from ray_client.util.collective.const import *
