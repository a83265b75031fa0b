from ray_client.train.v2.jax.config import JaxConfig as JaxConfig
from ray_client.train.v2.jax.jax_trainer import JaxTrainer as JaxTrainer
