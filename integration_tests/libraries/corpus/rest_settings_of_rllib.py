"""A configuration of RLlib: made by its methods, copied, changed, read."""

from ray.rllib.algorithms.ppo import PPOConfig

config = (
    PPOConfig()
    .environment("CartPole-v1", env_config={"length": 5})
    .env_runners(num_env_runners=1, rollout_fragment_length=50)
    .training(lr=0.001, gamma=0.9, train_batch_size_per_learner=128)
    .reporting(min_sample_timesteps_per_iteration=10)
)
print(type(config).__name__, config.env, config.env_config)
print(config.lr, config.gamma, config.num_env_runners, config.rollout_fragment_length)

faster = config.copy(copy_frozen=False).training(lr=0.1)
print(config.lr, faster.lr, faster.gamma)
settings = faster.to_dict()
print(type(settings).__name__, settings["lr"], settings["rollout_fragment_length"])

frozen = config.copy()
frozen.freeze()
try:
    frozen.lr = 1.0
except AttributeError as error:
    print(type(error).__name__, "frozen" in str(error))
try:
    config.training(no_such_setting=1)
except TypeError as error:
    print("no_such_setting" in str(error))
