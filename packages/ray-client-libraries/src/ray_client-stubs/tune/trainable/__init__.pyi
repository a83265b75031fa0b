from ray_client.tune.trainable.function_trainable import FunctionTrainable as FunctionTrainable
from ray_client.tune.trainable.function_trainable import wrap_function as wrap_function
from ray_client.tune.trainable.trainable import Trainable as Trainable
from ray_client.tune.trainable.util import with_parameters as with_parameters
