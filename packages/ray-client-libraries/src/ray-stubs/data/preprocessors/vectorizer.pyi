from ray_client.data.preprocessors.vectorizer import *
