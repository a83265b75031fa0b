"""`ray.method` and `options`: results by the piece, names, retries of what a method raises."""

import ray

ray.init(log_to_driver=False)


@ray.remote(num_cpus=0, max_task_retries=3)
class Parcel:
    def __init__(self):
        self.tries = 0

    @ray.method(num_returns=2)
    def weigh(self):
        return 4.2, "kg"

    @ray.method(retry_exceptions=[ConnectionError])
    def send(self, needed):
        self.tries += 1
        if self.tries < needed:
            raise ConnectionError(f"try {self.tries}")
        return self.tries

    def label(self):
        return ray.get_runtime_context().get_task_name()

    def open(self):
        for layer in ("paper", "foam", "a book"):
            yield layer

    def measure(self, *sides, unit="cm"):
        return [f"{side} {unit}" for side in sides]


parcel = Parcel.remote()
weight, unit = parcel.weigh.remote()
print(ray.get(weight), ray.get(unit))
print(ray.get(parcel.weigh.options(num_returns=1).remote()))
print(ray.get(parcel.send.remote(3)))
print(ray.get(parcel.label.remote()), ray.get(parcel.label.options(name="my label").remote()))
print([ray.get(item) for item in parcel.open.remote()])
print([ray.get(item) for item in parcel.open.options(num_returns="streaming").remote()])
print(ray.get(parcel.measure.remote(1, 2, unit="in")))
try:
    parcel.measure.remote(unit="in", colour="red")
except TypeError as error:
    print("refused at the call:", "colour" in str(error))
try:
    parcel.label()
except TypeError as error:
    print("needs remote():", "remote" in str(error))
