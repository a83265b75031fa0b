"""A parameter server: workers take the weights, compute gradients on their share of the data, and push them back."""

import numpy as np

import ray

WORKERS, STEPS, FEATURES = 3, 40, 5


def make_data(seed, rows=120):
    generator = np.random.default_rng(seed)
    inputs = generator.normal(size=(rows, FEATURES))
    hidden = np.arange(1.0, FEATURES + 1)
    return inputs, inputs @ hidden + 0.01 * generator.normal(size=rows)


@ray.remote(num_cpus=0)
class ParameterServer:
    def __init__(self, size, rate):
        self.weights = np.zeros(size)
        self.rate = rate
        self.updates = 0

    def apply(self, *gradients):
        self.weights -= self.rate * np.mean(gradients, axis=0)
        self.updates += 1
        return self.weights

    @ray.method(num_returns=2)
    def state(self):
        return self.weights, self.updates


@ray.remote
class Worker:
    def __init__(self, seed):
        self.inputs, self.targets = make_data(seed)

    def gradient(self, weights):
        return 2 * self.inputs.T @ (self.inputs @ weights - self.targets) / len(self.targets)

    def loss(self, weights):
        return float(np.mean((self.inputs @ weights - self.targets) ** 2))


def main():
    ray.init()
    server = ParameterServer.options(name="server").remote(FEATURES, rate=0.2)
    workers = [Worker.remote(seed) for seed in range(WORKERS)]
    weights, _ = server.state.remote()
    for step in range(STEPS):
        gradients = [worker.gradient.remote(weights) for worker in workers]
        weights = server.apply.remote(*gradients)
        if step % 10 == 9:
            losses = ray.get([worker.loss.remote(weights) for worker in workers])
            print(f"step {step + 1}: loss {np.mean(losses):.4f}")
    found, updates = ray.get(ray.get_actor("server").state.remote())
    print("weights", np.round(found, 2).tolist(), "after", updates, "updates")
    ray.shutdown()
    print("initialized:", ray.is_initialized())


if __name__ == "__main__":
    main()
