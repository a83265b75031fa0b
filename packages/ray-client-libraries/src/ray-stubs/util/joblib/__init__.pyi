from ray_client.util.joblib import *
