"""Anti-pattern: a global variable is the program's own; tasks have a copy of what it was, and an actor shares it."""

import ray

factor = 3
calls = []


@ray.remote
def scaled(number):
    calls.append(number)
    return number * factor, len(calls) > 0


@ray.remote(num_cpus=0)
class Settings:
    def __init__(self, factor):
        self.factor = factor

    def set(self, factor):
        self.factor = factor

    def get(self):
        return self.factor


@ray.remote
def scaled_by_setting(number, settings):
    return number * ray.get(settings.get.remote())


def main():
    global factor
    print(ray.get(scaled.remote(2)))
    factor = 100
    print("unchanged:", ray.get(scaled.remote(2)))
    print("the program's own list:", calls)

    settings = Settings.remote(3)
    print(ray.get(scaled_by_setting.remote(2, settings)))
    ray.get(settings.set.remote(100))
    print("changed:", ray.get(scaled_by_setting.remote(2, settings)))


if __name__ == "__main__":
    main()
